package studio

// FailWrites makes each write of files fail until it is restored.
func FailWrites(s *Studio, err error) (restore func()) {
	write := s.write
	s.write = func(map[string][]byte, map[string][]byte) error { return err }
	return func() { s.write = write }
}
