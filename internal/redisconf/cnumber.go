package redisconf

import (
	"math"
	"strconv"
	"strings"
)

// cString is s as a C function sees it: up to the first NUL byte.
func cString(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	return s
}

// strtoll is the C function: leading white space, a sign, the digits that
// follow, and whatever is left. Without digits the whole text is left. Values
// outside 64 bits saturate and overflow is true.
func strtoll(s string, base int) (value int64, rest string, overflow bool) {
	s = cString(s)
	p := 0
	for p < len(s) && isSpace(s[p]) {
		p++
	}
	negative := false
	if p < len(s) && (s[p] == '+' || s[p] == '-') {
		negative = s[p] == '-'
		p++
	}
	first := p
	for p < len(s) && '0' <= s[p] && int(s[p]-'0') < base {
		digit := int64(s[p] - '0')
		switch {
		case overflow:
		case negative && value < (math.MinInt64+digit)/int64(base):
			value, overflow = math.MinInt64, true
		case negative:
			value = value*int64(base) - digit
		case value > (math.MaxInt64-digit)/int64(base):
			value, overflow = math.MaxInt64, true
		default:
			value = value*int64(base) + digit
		}
		p++
	}
	if p == first {
		return 0, s, false
	}
	return value, s[p:], overflow
}

// atoi is the C function of glibc and musl, which is strtol cut to 32 bits.
// clean reports that the whole text is the number it returns.
func atoi(s string) (value int, clean bool) {
	v, rest, _ := strtoll(s, 10)
	value = int(int32(v))
	return value, rest == "" && int64(value) == v && s == cString(s)
}

// isInteger tells a whole decimal number without leading zeros.
func isInteger(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == "" && (digits[0] != '0' || s == "0")
}

// parseInteger is string2ll (util.c): no blanks, no plus sign, no leading zero,
// 64 bits.
func parseInteger(s string) (int64, bool) {
	if !isInteger(s) {
		return 0, false
	}
	v, err := strconv.ParseInt(s, 10, 64)
	return v, err == nil
}

var sizeUnits = map[string]uint64{
	"": 1, "b": 1,
	"k": 1000, "kb": 1 << 10,
	"m": 1000 * 1000, "mb": 1 << 20,
	"g": 1000 * 1000 * 1000, "gb": 1 << 30,
}

// parseSize is memtoull (util.c): digits and a unit. It wraps around at 64
// bits, and no digits at all are 0.
func parseSize(s string) (uint64, bool) { return parseSizeTo(s, math.MaxUint64) }

// parseSizeLegacy is memtoll of Redis 6.2, which counts with a sign: what wraps
// around to a negative number is refused.
func parseSizeLegacy(s string) (uint64, bool) {
	n, ok := parseSizeTo(s, math.MaxInt64)
	return n, ok && n <= math.MaxInt64
}

// parseSizeTo reads no greater number before the unit than limit.
func parseSizeTo(s string, limit uint64) (uint64, bool) {
	s = cString(s)
	p := 0
	for p < len(s) && '0' <= s[p] && s[p] <= '9' {
		p++
	}
	unit, ok := sizeUnits[lower(s[p:])]
	if !ok || p >= 128 {
		return 0, false
	}
	if p == 0 {
		return 0, true
	}
	v, err := strconv.ParseUint(s[:p], 10, 64)
	if err != nil || v > limit {
		v = limit
	}
	return v * unit, true
}
