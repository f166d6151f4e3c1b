package stacks

// Each works on every stack, on at most jobs of them at a time, and tells what came of
// each in the order of the list: whoever reads along sees the same however many jobs
// there are. No more than jobs results wait to be told.
func Each[T any](list []string, jobs int, work func(path string) T, tell func(path string, result T)) {
	begun := make(chan chan T, max(jobs, 1)-1)
	go func() {
		defer close(begun)
		for _, path := range list {
			result := make(chan T, 1)
			begun <- result // waits until there is room
			go func() { result <- work(path) }()
		}
	}()
	for _, path := range list {
		tell(path, <-<-begun)
	}
}
