package securetoken_test

import (
	"testing"
	"time"

	"securetoken.dev/go/securetoken"
)

func TestDurationsReadAsPythonWritesThem(t *testing.T) {
	const day = 24 * time.Hour
	for want, duration := range map[string]time.Duration{
		"0:00:00":                   0,
		"0:00:00.000001":            time.Microsecond,
		"0:59:59.999648":            time.Hour - 352*time.Microsecond,
		"23:00:00":                  23 * time.Hour,
		"1 day, 2:03:04":            day + 2*time.Hour + 3*time.Minute + 4*time.Second,
		"364 days, 23:59:59.999999": 365*day - time.Microsecond,
		"-1 day, 23:59:59":          -time.Second,
		"-2 days, 0:00:00":          -2 * day,
		"0:00:01":                   time.Second + 999*time.Nanosecond,
	} {
		if got := securetoken.FormatDuration(duration); got != want {
			t.Errorf("%v is %q, want %q", duration, got, want)
		}
	}
}
