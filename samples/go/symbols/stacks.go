package main

import (
	"fmt"
	"io"
	"runtime"
	"sort"
	"strings"
)

type teller struct {
	out  io.Writer
	name string
}

//go:noinline
func (t *teller) tell() {
	pcs := make([]uintptr, 64)
	pcs = pcs[:runtime.Callers(1, pcs)]
	base := mainEntry()
	fmt.Fprintf(t.out, "stack %s\n", t.name)
	for _, pc := range pcs {
		fmt.Fprintf(t.out, "pc %x\n", pc-base)
	}
	frames := runtime.CallersFrames(pcs)
	for {
		frame, more := frames.Next()
		fmt.Fprintf(t.out, "frame\t%s\t%s\t%d\n", frame.Function, frame.File, frame.Line)
		if !more {
			return
		}
	}
}

// Three small functions: the compiler inlines them into each other and into their caller.
func inner(t *teller)  { t.tell() }
func middle(t *teller) { inner(t) }
func outer(t *teller)  { middle(t) }

//go:noinline
func inlined(t *teller) { outer(t) }

type number interface{ ~int | ~float64 }

//go:noinline
func generic[T number](t *teller, value T) T {
	outer(t)
	return value + 1
}

type list[T any] struct{ items []T }

//go:noinline
func (l *list[T]) each(do func(T)) {
	for _, item := range l.items {
		do(item)
	}
}

type speaker interface{ speak(t *teller) }

type base struct{ id int }

//go:noinline
func (b base) speak(t *teller) { outer(t) }

// derived has speak only through base: calling it through the interface goes through a wrapper.
type derived struct {
	*base
	more string
}

//go:noinline
func throughInterface(s speaker, t *teller) { s.speak(t) }

//go:noinline
func throughMethodValue(do func(*teller), t *teller) { do(t) }

//go:noinline
func deferred(t *teller) {
	defer func() { outer(t) }()
	if t.name == "" {
		panic("unnamed")
	}
}

//go:noinline
func recovered(t *teller) {
	defer func() {
		outer(t)
		_ = recover()
	}()
	var nothing *base
	nothing.id++
}

//go:noinline
func sorted(t *teller) {
	told := false
	sort.Slice([]int{2, 1}, func(i, j int) bool {
		if !told {
			told = true
			outer(t)
		}
		return i < j
	})
}

func tellStacks(out io.Writer) {
	t := &teller{out: out}
	named := func(name string, do func()) {
		t.name = name
		do()
	}
	named("inlined", func() { inlined(t) })
	named("generic-int", func() { generic(t, 1) })
	named("generic-float", func() { generic(t, 1.5) })
	named("generic-method", func() { (&list[string]{items: []string{"a"}}).each(func(string) { outer(t) }) })
	named("interface", func() { throughInterface(derived{base: &base{id: 1}, more: strings.Repeat("x", 3)}, t) })
	named("method-value", func() { throughMethodValue((&base{id: 2}).speak, t) })
	named("deferred", func() { deferred(t) })
	named("recovered", func() { recovered(t) })
	named("sorted", func() { sorted(t) })
	done := make(chan struct{})
	t.name = "goroutine"
	go func() {
		defer close(done)
		outer(t)
	}()
	<-done
}
