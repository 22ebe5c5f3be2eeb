// Layouts has structs that are awkward to describe elsewhere and tells their sizes and offsets as reflection knows them. The structs stay reachable
// through an interface, so that the linker keeps their descriptors.
package main

import (
	"fmt"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
)

type empty struct{}

type inner struct {
	a int8
	b int64
}

type Pair[K comparable, V any] struct {
	Key   K
	Value V
}

// Every kind of field.
type kinds struct {
	b   bool
	i8  int8
	i16 int16
	i32 int32
	i64 int64
	i   int
	u8  uint8
	u16 uint16
	u32 uint32
	u64 uint64
	u   uint
	ptr uintptr
	f32 float32
	f64 float64
	c64 complex64
	c   complex128
	s   string
	sl  []inner
	any interface{}
	e   error
	m   map[string]inner
	ch  chan inner
	fn  func()
	p   *inner
}

// Fields without a size: in front, in the middle, at the end, where the compiler adds a byte.
type emptyFields struct {
	noCopy  [0]func()
	first   int32
	nothing empty
	none    empty
	second  int16
	last    struct{}
}

// Blank fields are padding that somebody wrote down.
type blanks struct {
	_     [3]byte
	first byte
	_     int64
	_     int32
	last  byte
	_     [5]byte
}

// A list of itself, by pointer.
type list struct {
	next, previous *list
	children       []list
	byName         map[string]list
	value          inner
}

// Names that C has other uses for, and names that it does not have.
type names struct {
	int, long, short, register int16
	linux                      bool
	größe, π, 世界               int32
	gr__e                      int64
}

type embeds struct {
	inner
	*list
	sync.Mutex
	Pair[string, uint16]
}

type arrays struct {
	grid   [3][5]inner
	single [1]byte
	zero   [0]int64
	strs   [2]string
	anon   [2]struct{ x, y uint8 }
	ptrs   [4]*list
}

type atomics struct {
	flag  atomic.Bool
	i32   atomic.Int32
	_     byte
	i64   atomic.Int64
	p     atomic.Pointer[list]
	value atomic.Value
}

type anonymous struct {
	where struct {
		line   int32
		column int16
	}
	small uint8
}

func localOne() interface{} {
	type local struct{ one int64 }
	return local{}
}

func localTwo() interface{} {
	type local struct {
		pad int64
		two int16
	}
	return local{}
}

func main() {
	all := []interface{}{
		empty{}, inner{}, Pair[string, uint16]{}, Pair[inner, []list]{}, kinds{}, emptyFields{}, blanks{}, list{}, names{}, embeds{}, arrays{}, atomics{}, anonymous{},
		localOne(), localTwo(),
	}
	for _, value := range all {
		t := reflect.TypeOf(value)
		fmt.Printf("type\t%s.%s\t%d\n", t.PkgPath(), t.Name(), t.Size())
		for i := 0; i < t.NumField(); i++ {
			field := t.Field(i)
			fmt.Printf("field\t%s\t%d\t%d\n", field.Name, field.Offset, field.Type.Size())
		}
	}
	runtime.KeepAlive(all)
}
