package liveness

import "livery/schema"

// Secret is text that must never be seen: it is masked by its type.
type Secret = schema.Secret

// mask stands for a secret of ours that somebody else repeats.
const mask = "(sensitive value)"
