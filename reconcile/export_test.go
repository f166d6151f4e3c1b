package reconcile

import "bytes"

// Reseal gives a plan that a test has changed the seal of a saved one, so that
// what lies behind the seal is tested too.
func Reseal(plan []byte) []byte {
	if i := bytes.LastIndex(plan, []byte(sealName)); i >= 0 {
		plan = append(bytes.Clone(plan[:i]), '}')
	}
	return seal(plan)
}

// SetBody makes a change one that sends body.
func (c *Change) SetBody(body []byte) { c.setBody(body) }
