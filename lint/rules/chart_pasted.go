package rules

import (
	"strings"

	"github.com/quorumwright/quorumwright/internal/pattern"
)

// Texts that YAML 1.1, which Helm, SnakeYAML and the Kubernetes tools read, takes
// for something else than a string and that come back changed.
var (
	oldOctalPattern = pattern.New(`^[-+]?0[0-7_]+$`).Where(signedZero)
	otherIntPattern = pattern.New(`^[-+]?0(x[0-9a-fA-F_]+|b[01_]+|o[0-7]+)$`).Where(signedZero)
	groupedPattern  = pattern.New(`^[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?$|^\+[0-9]+$`).Where(isGrouped)
	sexaPattern     = pattern.New(`^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$`).Where(hasMinutes)
	floatPattern    = pattern.New(`^[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?$`).Where(isDecimal)
	datePattern     = pattern.New(`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?$`).Where(beginsYear)
)

// pasted says what becomes of a text behind "key: " in a YAML file, "" if it
// stays what it is.
func pasted(text string) string {
	first := ""
	if text != "" {
		first = text[:1]
	}
	switch {
	case text == "" || isQuotedText(text):
		return ""
	case strings.ContainsAny(text, "\n\r"):
		return "its lines break the file"
	case strings.ContainsAny(first, "@`%&*!|>{}[],\"'#") || text == "-" || strings.HasPrefix(text, "- ") || strings.HasPrefix(text, "? ") || text == "?":
		if first == "#" {
			return "it begins a comment, so that nothing is left"
		}
		return "a text that begins with " + first + " is no plain YAML scalar"
	case strings.Contains(text, ": ") || strings.HasSuffix(text, ":"):
		return `": " makes a mapping of it`
	case strings.Contains(text, " #"):
		return "everything behind \" #\" is a comment"
	case strings.TrimSpace(text) != text:
		return "the blanks around it are lost"
	}
	switch strings.ToLower(text) {
	case "null", "~":
		return "it becomes null"
	case "yes", "on", "y":
		return "it becomes true"
	case "no", "off", "n":
		return "it becomes false"
	}
	switch {
	case oldOctalPattern.MatchString(text):
		return "it is read as an octal number"
	case otherIntPattern.MatchString(text), groupedPattern.MatchString(text), sexaPattern.MatchString(text):
		return "it is read as a number and written differently"
	case strings.ContainsAny(text, ".eE") && floatPattern.MatchString(text) && changesAsFloat(text):
		return "it is read as a number and written differently"
	case datePattern.MatchString(text):
		return "it is read as a date"
	}
	return ""
}

// beginsNumber and signedZero tell how numbers begin, and those in other notations
// than the decimal one.
func beginsNumber(text string) bool {
	text = strings.TrimLeft(text, "-+")
	return text != "" && (text[0] == '.' || '0' <= text[0] && text[0] <= '9')
}

// signedZero is true of 017 and 0x1f, not of 0 and 0.5.
func signedZero(text string) bool {
	text = strings.TrimLeft(text, "-+")
	return len(text) > 1 && text[0] == '0' && text[1] != '.'
}

func isGrouped(text string) bool {
	return beginsNumber(text) && (text[0] == '+' || strings.Contains(text, "_"))
}

func hasMinutes(text string) bool { return beginsNumber(text) && strings.Contains(text, ":") }

// isDecimal is not true of versions, which are texts more often.
func isDecimal(text string) bool { return beginsNumber(text) && strings.Count(text, ".") < 2 }

func beginsYear(text string) bool { return len(text) > 4 && text[4] == '-' && beginsNumber(text) }

// isQuotedText tells whether a text brings quotes of its own.
func isQuotedText(text string) bool {
	n := len(text) - 1
	return n > 0 && (text[0] == '"' || text[0] == '\'') && text[n] == text[0] && strings.Count(text, text[:1]) == 2 &&
		!strings.Contains(text, `\`)
}

// changesAsFloat tells whether a decimal number comes back written differently.
func changesAsFloat(text string) bool {
	whole, fraction, ok := strings.Cut(text, ".")
	return !ok || strings.ContainsAny(text, "eE") || whole == "" || fraction == "" ||
		len(fraction) > 1 && strings.HasSuffix(fraction, "0") || strings.HasPrefix(whole, "+")
}
