package securetoken

import (
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
)

const day = 24 * time.Hour

// toTime is false for a timestamp that is unset or names no year from 1 to 9999.
func toTime(timestamp *timestamppb.Timestamp) (time.Time, bool) {
	if !timestamp.IsValid() {
		return time.Time{}, false
	}
	return timestamp.AsTime(), true
}

// FormatDuration writes a duration as Python's str(timedelta) does: "0:59:59.999648",
// "1 day, 2:03:04". What is below a microsecond is dropped.
func FormatDuration(d time.Duration) string {
	days, rest := d/day, d%day
	if rest < 0 { // as Python: only the days are negative
		days, rest = days-1, rest+day
	}
	var text strings.Builder
	switch days {
	case 0:
	case 1, -1:
		fmt.Fprintf(&text, "%d day, ", days)
	default:
		fmt.Fprintf(&text, "%d days, ", days)
	}
	hours, minutes, seconds := rest/time.Hour, rest/time.Minute%60, rest/time.Second%60
	fmt.Fprintf(&text, "%d:%02d:%02d", hours, minutes, seconds)
	if micros := rest % time.Second / time.Microsecond; micros != 0 {
		fmt.Fprintf(&text, ".%06d", micros)
	}
	return text.String()
}

// formatSeconds writes a duration as protojson does: "3599.999648s".
func formatSeconds(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign = "-"
	}
	text := fmt.Sprintf("%s%d.%09d", sign, (d / time.Second).Abs(), (d % time.Second).Abs())
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "s"
}
