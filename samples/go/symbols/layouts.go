package main

import (
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"
)

type celsius float64

type shape struct {
	corners [3]point
	name    string
	tags    map[string]celsius
	next    *shape
	events  chan point
	call    func(int) error
	any     interface{}
	point
	*shade
	_    [4]byte
	last bool
}

type point struct{ x, y int32 }

type shade struct{ Colour uint8 }

type pair[K comparable, V any] struct {
	key   K
	value V
}

func tellLayouts(out io.Writer) {
	for _, value := range []interface{}{
		shape{}, point{}, pair[string, celsius]{}, struct{ A, B byte }{}, sync.WaitGroup{}, time.Timer{}, time.Time{}, os.ProcAttr{},
		strings.Builder{}, reflect.StructField{}, sync.Once{},
	} {
		t := reflect.TypeOf(value)
		name := t.String()
		if t.Name() != "" {
			name = t.PkgPath() + "." + t.Name()
		}
		fmt.Fprintf(out, "type\t%s\t%d\n", name, t.Size())
		for i := 0; i < t.NumField(); i++ {
			field := t.Field(i)
			fmt.Fprintf(out, "field\t%s\t%d\t%d\t%s\t%v\n", field.Name, field.Offset, field.Type.Size(), field.Type.Kind(), field.Anonymous)
		}
	}
}
