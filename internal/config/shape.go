package config

import (
	"fmt"
	"strconv"
	"strings"
)

// A shape is the TOML type of a value.
type shape int

const (
	textual  shape = iota // string
	quantity              // string, or a whole number that stands for its digits
	numeric               // int64
	logical               // bool
	listed                // []string; a single string stands for a list of one
	paired                // map[string]int64
)

// demand tells how a value of the shape is written.
func (s shape) demand() string {
	return [...]string{
		textual:  "write text in quotes",
		quantity: "write text in quotes or a whole number",
		numeric:  "write a whole number",
		logical:  "write true or false",
		listed:   `write a list such as ["a", "b"]`,
		paired:   `write a table such as { "a@example.com" = 10 }`,
	}[s]
}

// fromFile brings what the TOML parser gave into the form of the shape.
func (s shape) fromFile(v any) (any, error) {
	switch v := v.(type) {
	case string:
		if s == textual || s == quantity {
			return v, nil
		}
		if s == listed {
			return []string{v}, nil
		}
	case int64:
		if s == numeric {
			return v, nil
		}
		if s == quantity {
			return strconv.FormatInt(v, 10), nil
		}
	case bool:
		if s == logical {
			return v, nil
		}
	case []any:
		if s == listed {
			return listFromFile(v)
		}
	case map[string]any:
		if s == paired {
			return pairsFromFile(v)
		}
	}
	return nil, bad("is "+tomlType(v), s.demand())
}

func listFromFile(items []any) (any, error) {
	list := make([]string, 0, len(items))
	for _, item := range items {
		text, ok := item.(string)
		if !ok {
			return nil, bad("holds "+tomlType(item), listed.demand())
		}
		list = append(list, text)
	}
	return list, nil
}

func pairsFromFile(items map[string]any) (any, error) {
	pairs := make(map[string]int64, len(items))
	for name, item := range items {
		n, ok := item.(int64)
		if !ok {
			return nil, bad("holds "+tomlType(item), paired.demand())
		}
		pairs[name] = n
	}
	return pairs, nil
}

func tomlType(v any) string {
	switch v.(type) {
	case string:
		return "text"
	case int64:
		return "a number"
	case float64:
		return "a number with a fraction"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	default:
		return "a date or time"
	}
}

// fromText reads a variable, or a default of the table.
func (s shape) fromText(text string) (any, error) {
	switch s {
	case numeric:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, bad(quote(text)+" is not a number", s.demand())
		}
		return n, nil
	case logical:
		if text != "true" && text != "false" {
			return nil, bad(quote(text)+" is neither true nor false", s.demand())
		}
		return text == "true", nil
	case listed:
		return splitList(text), nil
	case paired:
		return pairsFromText(text)
	default:
		return text, nil
	}
}

func pairsFromText(text string) (any, error) {
	pairs := map[string]int64{}
	for _, item := range splitList(text) {
		name, digits, _ := strings.Cut(item, "=")
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil {
			return nil, bad(fmt.Sprint(quote(item), " is not a pair"), `write "a@example.com=10,…"`)
		}
		pairs[strings.TrimSpace(name)] = n
	}
	return pairs, nil
}

// splitList takes the items between commas, without blanks around them and empty ones.
func splitList(text string) []string {
	var list []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}
	return list
}
