package securetoken

import "time"

// SetClock gives a guard another present, for tests from outside of the package.
func SetClock(guard *Guard, now func() time.Time) {
	guard.now = now
}
