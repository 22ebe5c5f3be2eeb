package main

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// past is an order of long ago. They hang together by pointers, as objects of a cache do.
type past struct {
	item     string
	customer *customer
	previous *past
}

type customer struct {
	name    string
	address *address
}

type address struct{ street, town string }

// keepHistory makes the orders of the last years.
//
// The fault: all of them stay in memory, in millions of small objects that point at each other. The collector has to follow every pointer, so that a
// collection takes long, and whoever allocates meanwhile has to help it.
func keepHistory(orders int) *past {
	var last *past
	for i := 0; i < orders; i++ {
		who := &customer{name: fmt.Sprint("customer ", i%1000), address: &address{street: "High Street", town: "Town"}}
		last = &past{item: "gadget", customer: who, previous: last}
	}
	return last
}

// search looks through the latest orders and copies what it finds, which allocates.
func (p *past) search(name string, latest int) string {
	var found strings.Builder
	for at := p; at != nil && latest > 0; at, latest = at.previous, latest-1 {
		line := fmt.Sprintf("%s %s, %s", at.customer.name, at.customer.address.street, at.customer.address.town)
		if strings.HasPrefix(line, name) {
			found.WriteString(line)
			found.WriteByte('\n')
		}
	}
	return found.String()
}

// askArchive takes as long as another service does that knows which customers there are.
func askArchive() { time.Sleep(100 * time.Millisecond) }

func (p *past) serveSearch(w http.ResponseWriter, r *http.Request) {
	latest, err := strconv.Atoi(r.URL.Query().Get("latest"))
	if err != nil {
		latest = math.MaxInt
	}
	askArchive()
	fmt.Fprintln(w, len(p.search(r.URL.Query().Get("name"), latest)))
}
