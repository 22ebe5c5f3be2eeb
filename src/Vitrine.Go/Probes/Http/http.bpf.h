// What the programs of http.bpf.c share with each other and with user space (HttpEvent.cs mirrors the structs).
#ifndef VITRINE_HTTP_H
#define VITRINE_HTTP_H

#include <stdbool.h>
#include "go.bpf.h"

#define METHOD_SIZE 16
#define PATH_SIZE 256
#define PATTERN_SIZE 128
#define QUERY_SIZE 256
#define WAIT_SLOTS 6

// ---- Go's types, as far as they are needed
struct go_string {
	const char *str;
	u64 len;
};

struct go_net_url_URL {
	struct go_string Path;
	struct go_string RawQuery;
} GO_TYPE;

struct go_net_http_pattern {
	struct go_string str;
} GO_TYPE;

struct go_net_http_Request {
	struct go_string Method;
	struct go_net_url_URL *URL;
	s64 ProtoMajor;
	s64 ProtoMinor;
	struct go_string Pattern;        // Go 1.23
	struct go_net_http_pattern *pat; // Go 1.22
} GO_TYPE;

struct go_net_http_conn {
	bool hijackedv;
} GO_TYPE;

struct go_net_http_response {
	struct go_net_http_conn *conn;
	struct go_net_http_Request *req;
	bool wroteHeader;
	s64 status;
} GO_TYPE;

#define HTTP2_WRITER(writer_type, state_type) \
	struct state_type {                   \
		s64 status;                   \
		bool wroteHeader;             \
	} GO_TYPE;                            \
	struct writer_type {                  \
		struct state_type *rws;       \
	} GO_TYPE

HTTP2_WRITER(go_net_http_http2responseWriter, go_net_http_http2responseWriterState);                             // to Go 1.26
HTTP2_WRITER(go_net_http_internal_http2_responseWriter, go_net_http_internal_http2_responseWriterState);         // from Go 1.27
HTTP2_WRITER(go_golang_org_x_net_http2_responseWriter, go_golang_org_x_net_http2_responseWriterState);

struct go_runtime_m___http {
	void *curg;
} GO_TYPE;

struct go_runtime_g___http {
	void *_panic;
	struct go_runtime_m___http *m;
} GO_TYPE;

struct go_runtime_pollDesc {
	u64 rg;
	u64 wg;
} GO_TYPE;

// ---- settings
struct config {
	u32 split;       // follow the goroutines between begin and end
	u32 keep_query;  // somebody allowed it
	u32 stop_reason; // stopTheWorldWithSema gets its reason (Go 1.21)
	u32 assist_wait; // the number of the wait reason "GC assist wait" in this binary
	u64 other_stop_low;  // before Go 1.21: where stopTheWorld calls from, which collections do not use
	u64 other_stop_high;
};
CONFIG;

// ---- a request
enum state { STATE_ON_CPU, STATE_RUNNABLE, STATE_PREEMPTED, STATE_IN_KERNEL, STATE_WAITING };

// Where time goes; each nanosecond into one.
enum bucket {
	ON_CPU,
	RUNNABLE,   // the goroutine waits for a processor of the Go scheduler
	PREEMPTED,  // its thread waits for a processor of the kernel
	IN_KERNEL,  // its thread sleeps: a system call, a page fault
	WAITING,    // parked; by reason in waits
	ASSIST,     // marks for the collector, or waits until somebody has
	GC_STOP,    // could run, or runs to stop the world, and the world is stopped for a collection
	OTHER_STOP, // the same, stopped for something else
	BUCKETS,
};

enum flags {
	UNREAD = 1,        // method or path could not be read
	ABORTED = 2,       // left by a panic or Goexit
	HIJACKED = 4,
	UNSEEN_START = 8,  // began before the probes were there
	ASSISTING = 16,    // marks for the collector right now
	IN_ACCOUNT = 32,   // a probe closes its time right now
};

enum kind { KIND_NET_HTTP, KIND_X_NET };
enum home { HOME_BUNDLED, HOME_INTERNAL, HOME_X_NET };
enum event_kind { EVENT_REQUEST = 1, EVENT_GC_START = 2, EVENT_GC_END = 3, EVENT_STOP = 4 };

struct wait {
	u32 reason;
	u32 count; // 0: the slot is free
	u64 time;
};

// What the world did until some moment, in nanoseconds; differences count.
struct world_time {
	u64 gc_stop;
	u64 other_stop;
	u64 cycle;
};

struct request {
	u64 g;
	u64 goid;
	u64 writer;     // *response or *responseWriter
	u64 go_request; // *Request
	u64 started;
	u64 since;      // the state's beginning
	struct world_time at; // the world's account at that moment
	u64 time[BUCKETS];
	u64 stopped_waiting;  // of WAITING and IN_KERNEL, while the world was stopped for a collection
	u64 runnable_in_gc;   // of RUNNABLE and PREEMPTED, while a collection marked
	u64 waits_untold;     // of WAITING, for reasons beyond the slots
	struct wait waits[WAIT_SLOTS];
	u32 state;
	u32 reason;
	u32 thread;
	u32 flags;
	u32 kind;
	u32 proto;          // 11, 20
	u32 method_length;  // as it was; what was kept may be shorter
	u32 path_length;
	char method[METHOD_SIZE];
	char path[PATH_SIZE];
};

static const struct request no_request;

struct finished {
	u32 kind;
	u32 status; // 0: none was sent
	u64 ended;
	u32 pattern_length;
	u32 query_length;
	struct request request;
	char pattern[PATTERN_SIZE];
	char query[QUERY_SIZE];
};

// A collection, or a stop of the world.
struct world_event {
	u32 kind;
	u32 reason; // of a stop; 0 when this version of Go does not tell
	u64 started;
	u64 ended;
	u32 collection; // a stop: for a collection
	u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, u64);
	__type(value, struct request);
} requests SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} events SEC(".maps");

// Copies at most `size` bytes of a Go string; tells its whole length, so that a cut is known.
static __always_inline u32 copy_text(char *destination, u32 size, const struct go_string *text)
{
	u64 length = text->len;
	if (!text->str)
		return 0;
	if (length > size)
		length = size;
	if (bpf_probe_read_user(destination, length, text->str)) {
		count(LOST_FAULT);
		return 0;
	}
	return text->len > 0xffff ? 0xffff : text->len;
}

#endif
