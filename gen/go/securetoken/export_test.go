package securetoken

import "time"

// SetClock replaces a guard's clock.
func SetClock(guard *Guard, now func() time.Time) {
	guard.now = now
}

// SetDemandWindow replaces how long after the last call lost connections are made anew, and gives what
// undoes it.
func SetDemandWindow(window time.Duration) func() {
	before := demandWindow
	demandWindow = window
	return func() { demandWindow = before }
}
