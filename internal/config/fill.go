package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// fillAll fills the whole Config. data_dir comes first: the other paths begin there.
func (l *loader) fillAll(tree map[string]any) {
	root := reflect.ValueOf(l.config).Elem()
	l.fillKeys(place{}, tree, root)
	l.dir = l.config.DataDir
	l.fillTables(place{}, tree, root)
	l.unknown(place{}, tree)
}

// fill reads one table into the struct of its section.
func (l *loader) fill(at place, table map[string]any, into reflect.Value) {
	l.fillKeys(at, table, into)
	l.fillTables(at, table, into)
	l.unknown(at, table)
}

func (l *loader) fillKeys(at place, table map[string]any, into reflect.Value) {
	for _, k := range sectionNamed(at.section).keys {
		l.fillKey(at, k, table, fieldOf(into, k.name))
	}
}

// fillTables fills the fields whose names are sections: a list of tables, a table that may be
// absent, or one that is always there because it has defaults.
func (l *loader) fillTables(at place, table map[string]any, into reflect.Value) {
	for i := range into.NumField() {
		name := into.Type().Field(i).Tag.Get("key")
		field, child := into.Field(i), at.child(name)
		if name == "" || sectionNamed(child.section) == nil {
			continue
		}
		value, given := table[name]
		if field.Kind() == reflect.Slice {
			l.fillList(child, value, given, field)
			continue
		}
		inner, ok := value.(map[string]any)
		if given && !ok {
			l.fault(l.source, child.shown, "is "+tomlType(value), "write a table: ["+child.section+"]")
			continue
		}
		if field.Kind() == reflect.Pointer {
			if !given {
				continue
			}
			field.Set(reflect.New(field.Type().Elem()))
			field = field.Elem()
		}
		l.fill(child, inner, field)
	}
}

func (l *loader) fillList(at place, value any, given bool, into reflect.Value) {
	tables, ok := value.([]any)
	if given && !ok {
		l.fault(l.source, at.shown, "is not a list of tables", "write [["+at.section+"]] above each")
		return
	}
	for i, value := range tables {
		one := reflect.New(into.Type().Elem()).Elem()
		shown := fmt.Sprintf("%s[%d]", at.shown, i+1)
		table, ok := value.(map[string]any)
		if !ok {
			l.fault(l.source, shown, "is "+tomlType(value), "write [["+at.section+"]] above each")
			continue
		}
		l.fill(place{at.section, shown}, table, one)
		into.Set(reflect.Append(into, one))
	}
}

// unknown names what a table holds that the declaring table does not.
func (l *loader) unknown(at place, table map[string]any) {
	s := sectionNamed(at.section)
	for _, name := range slices.Sorted(maps.Keys(table)) {
		here := at.child(name)
		if sectionNamed(here.section) != nil || s.declares(name) {
			continue
		}
		if _, isTable := table[name].(map[string]any); isTable {
			l.fault(l.source, here.shown, "unknown section",
				"did you mean ["+nearestSection(here.section)+"]?")
			continue
		}
		l.fault(l.source, here.shown, "unknown key", "did you mean "+nearestKey(here.section)+"?")
	}
}

// fieldOf returns the field of a section's struct that a key fills.
func fieldOf(into reflect.Value, name string) reflect.Value {
	for i := range into.NumField() {
		if into.Type().Field(i).Tag.Get("key") == name {
			return into.Field(i)
		}
	}
	panic("config: no field for key " + name) // a test compares table and structs
}

// fillKey fills one field: with what file or environment say, else with the default.
func (l *loader) fillKey(at place, k key, table map[string]any, into reflect.Value) {
	v, given := l.lookup(at, k, table)
	if !given {
		if k.def == required {
			l.fault(l.source, join(at.shown, k.name), "is missing", "set it")
		}
		if k.def == required || k.def == "" {
			return
		}
		v = value{raw: k.def, isText: true, source: "default", key: join(at.shown, k.name)}
	}
	if v.raw == "" && k.kind.shape <= quantity && k.def == "" {
		return
	}
	result, err := l.read(k, v)
	if err != nil {
		l.reject(v, err)
		return
	}
	into.Set(reflect.ValueOf(result))
	if given && v.raw != "" && v.raw != "off" {
		l.config.set[join(at.section, k.name)] = true
	}
}

func (l *loader) read(k key, v value) (any, error) {
	if k.def == required && v.raw == "" {
		return nil, bad("is empty", "set it")
	}
	var shaped any
	var err error
	if v.isText {
		shaped, err = k.kind.shape.fromText(v.raw.(string))
	} else {
		shaped, err = k.kind.shape.fromFile(v.raw)
	}
	if err != nil {
		return nil, err
	}
	return k.kind.read(shaped, l.dir)
}
