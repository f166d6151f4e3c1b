package findings

import (
	"bytes"

	"livery/schema"
)

// hide stars out what is written of secrets, byte for byte, so that every offset stays right.
func (f *source) hide(secrets []schema.Withheld) {
	if len(secrets) == 0 {
		return
	}
	f.shown = bytes.Clone(f.raw)
	for _, secret := range secrets {
		f.secrets = append(f.secrets, span{secret.Value.Start.Byte, secret.Value.End.Byte})
		for _, at := range secret.Written {
			for i := max(at.Start.Byte, 0); i < min(at.End.Byte, len(f.shown)); i++ {
				if f.shown[i] != '\n' && f.shown[i] != '\r' {
					f.shown[i] = '*'
				}
			}
		}
	}
}
