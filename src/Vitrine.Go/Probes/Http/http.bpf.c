// Server requests of net/http: when each began and ended, what it asked for, its status, and (the split) what its goroutine did in between.
//
// A request is known by the goroutine that runs its handler: a goroutine serves one request at a time, in HTTP/1 one after the other.
//   begin   net/http.serverHandler.ServeHTTP            HTTP/1 and HTTP/2 alike; golang.org/x/net/http2 calls its handler itself
//   end     net/http.(*response).finishRequest          HTTP/1, the handler returned
//           net/http.(*conn).serve.func1                HTTP/1, the deferred function: the handler panicked, or took the connection over
//           (*serverConn).runHandler.func1              HTTP/2, the deferred function: returned, or panicked when the goroutine has a panic
// The split is a state machine in split.bpf.h, fed by the scheduler's probe points.
#include "http.bpf.h"
#include "split.bpf.h"
#include "world.bpf.h"

// ---- begin

static __always_inline void begin(u64 g, struct go_net_http_Request *go_request, u64 writer, u32 kind)
{
	u64 goid = goid_of(g);
	if (!goid) {
		count(LOST_NO_G);
		return;
	}
	struct request *request = bpf_map_lookup_elem(&requests, &g);
	if (request) {
		// golang.org/x/net/http2 configured on a net/http server: both beginnings are the same request.
		if (request->goid == goid && request->writer == writer)
			return;
		// Its end was not seen: the probes were off, or the goroutine ended some other way.
		count(LOST_UNFINISHED);
		stop_running(request);
	}
	if (bpf_map_update_elem(&requests, &g, &no_request, BPF_ANY)) {
		count(LOST_MAP_FULL);
		return;
	}
	request = bpf_map_lookup_elem(&requests, &g);
	if (!request)
		return;
	request->g = g;
	request->goid = goid;
	request->writer = writer;
	request->go_request = (u64)go_request;
	request->kind = kind;

	struct go_string text = {};
	struct go_net_url_URL *url = 0;
	s64 major = 0, minor = 0;
	bool read = READ_GO(&text, go_request, Method);
	if (read) {
		request->method_length = copy_text(request->method, METHOD_SIZE, &text);
		read = READ_GO(&major, go_request, ProtoMajor) && READ_GO(&minor, go_request, ProtoMinor) && READ_GO(&url, go_request, URL);
	}
	request->proto = major * 10 + minor;
	if (read && url) {
		read = READ_GO(&text, url, Path);
		if (read)
			request->path_length = copy_text(request->path, PATH_SIZE, &text);
	}
	if (!read) {
		count(LOST_FAULT);
		request->flags |= UNREAD;
	}
	request->started = bpf_ktime_get_ns();
	begin_split(request);
}

PROBE(serve_http)
{
	// func (sh serverHandler) ServeHTTP(rw ResponseWriter, req *Request): sh is one pointer, rw two words.
	begin(REG_G(ctx), (struct go_net_http_Request *)REG_ARG3(ctx), REG_ARG2(ctx), KIND_NET_HTTP);
	return 0;
}

PROBE(run_handler)
{
	// func (sc *serverConn) runHandler(rw *responseWriter, req *http.Request, …) of golang.org/x/net/http2.
	begin(REG_G(ctx), (struct go_net_http_Request *)REG_ARG2(ctx), REG_ARG1(ctx), KIND_X_NET);
	return 0;
}

// ---- end

// A status that was set, else the 200 that net/http sends for a handler that set none.
static __always_inline u32 sent(bool wrote, s64 status)
{
	return wrote ? (u32)status : 200;
}

static __always_inline u32 status_http1(u64 writer)
{
	struct go_net_http_response *response = (void *)writer;
	bool wrote = false;
	s64 status = 0;
	if (!READ_GO(&wrote, response, wroteHeader) || !READ_GO(&status, response, status)) {
		count(LOST_FAULT);
		return 0;
	}
	return sent(wrote, status);
}

// The three homes of the same HTTP/2 code. A type that the binary does not have makes its branch dead.
#define STATUS_HTTP2(writer_type, state_type)                                                             \
	do {                                                                                              \
		if (bpf_core_field_exists(((struct state_type *)0)->status)) {                            \
			struct writer_type *w = (void *)writer;                                           \
			struct state_type *state = 0;                                                     \
			bool wrote = false;                                                               \
			s64 status = 0;                                                                   \
			if (READ_GO(&state, w, rws) && state && READ_GO(&wrote, state, wroteHeader) &&    \
			    READ_GO(&status, state, status))                                              \
				return sent(wrote, status);                                               \
		}                                                                                         \
	} while (0)

static __always_inline u32 status_http2(u64 writer, u64 home)
{
	if (!writer)
		return 0;
	if (home == HOME_BUNDLED)
		STATUS_HTTP2(go_net_http_http2responseWriter, go_net_http_http2responseWriterState);
	else if (home == HOME_INTERNAL)
		STATUS_HTTP2(go_net_http_internal_http2_responseWriter, go_net_http_internal_http2_responseWriterState);
	else
		STATUS_HTTP2(go_golang_org_x_net_http2_responseWriter, go_golang_org_x_net_http2_responseWriterState);
	count(LOST_FAULT);
	return 0;
}

// What the mux matched: Request.Pattern from Go 1.23 on, the pattern behind Request.pat in 1.22.
static __always_inline void copy_pattern(struct finished *event, struct go_net_http_Request *go_request)
{
	struct go_string text = {};
	if (bpf_core_field_exists(go_request->Pattern)) {
		if (!READ_GO(&text, go_request, Pattern))
			return;
	} else if (bpf_core_field_exists(go_request->pat)) {
		struct go_net_http_pattern *pattern = 0;
		if (!READ_GO(&pattern, go_request, pat) || !pattern || !READ_GO(&text, pattern, str))
			return;
	} else {
		return;
	}
	event->pattern_length = copy_text(event->pattern, PATTERN_SIZE, &text);
}

static __always_inline void copy_query(struct finished *event, struct go_net_http_Request *go_request)
{
	struct go_net_url_URL *url = 0;
	struct go_string text = {};
	if (READ_GO(&url, go_request, URL) && url && READ_GO(&text, url, RawQuery))
		event->query_length = copy_text(event->query, QUERY_SIZE, &text);
}

static __always_inline void finish(struct request *request, u64 g, u32 status, u32 flags)
{
	u64 now = end_split(request);
	struct finished *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count(LOST_RING);
	} else {
		event->kind = EVENT_REQUEST;
		event->status = status;
		event->ended = now;
		event->pattern_length = 0;
		event->query_length = 0;
		__builtin_memcpy(&event->request, request, sizeof(*request));
		event->request.flags |= flags;
		if (request->go_request) {
			struct go_net_http_Request *go_request = (void *)request->go_request;
			copy_pattern(event, go_request);
			if (config.keep_query)
				copy_query(event, go_request);
		}
		bpf_ringbuf_submit(event, 0);
		count(HITS);
	}
	bpf_map_delete_elem(&requests, &g);
}

// A request that began before the probes were there. Its end says what it was, and when it began stays unknown.
static __always_inline void finish_unseen(u64 g, struct go_net_http_Request *go_request, u32 status, u32 flags)
{
	struct finished *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		count(LOST_RING);
		return;
	}
	event->kind = EVENT_REQUEST;
	event->status = status;
	event->ended = bpf_ktime_get_ns();
	event->pattern_length = 0;
	event->query_length = 0;
	__builtin_memset(&event->request, 0, sizeof(event->request));
	event->request.g = g;
	event->request.goid = goid_of(g);
	event->request.flags = UNSEEN_START | flags;
	if (go_request) {
		struct go_string text = {};
		struct go_net_url_URL *url = 0;
		s64 major = 0, minor = 0;
		if (READ_GO(&text, go_request, Method))
			event->request.method_length = copy_text(event->request.method, METHOD_SIZE, &text);
		if (READ_GO(&major, go_request, ProtoMajor) && READ_GO(&minor, go_request, ProtoMinor))
			event->request.proto = major * 10 + minor;
		if (READ_GO(&url, go_request, URL) && url && READ_GO(&text, url, Path))
			event->request.path_length = copy_text(event->request.path, PATH_SIZE, &text);
		copy_pattern(event, go_request);
		if (config.keep_query)
			copy_query(event, go_request);
	}
	bpf_ringbuf_submit(event, 0);
	count(HITS);
}

static __always_inline struct request *tracked(u64 g)
{
	struct request *request = bpf_map_lookup_elem(&requests, &g);
	if (request && request->goid == goid_of(g))
		return request;
	return 0;
}

PROBE(finish_request)
{
	u64 g = REG_G(ctx);
	u64 writer = REG_ARG0(ctx); // func (w *response) finishRequest()
	struct request *request = tracked(g);
	u32 status = status_http1(writer);
	if (request) {
		finish(request, g, status, 0);
	} else {
		struct go_net_http_response *response = (void *)writer;
		struct go_net_http_Request *go_request = 0;
		if (READ_GO(&go_request, response, req))
			finish_unseen(g, go_request, status, 0);
	}
	return 0;
}

static __always_inline bool panicking(u64 g)
{
	struct go_runtime_g___http *pointer = (void *)g;
	void *panic = 0;
	return READ_GO(&panic, pointer, _panic) && panic;
}

// func (c *conn) serve(…).func1, the deferred function: a request that is still here did not finish in order.
PROBE(connection_ends)
{
	u64 g = REG_G(ctx);
	struct request *request = tracked(g);
	if (!request)
		return 0;
	bool hijacked = false;
	struct go_net_http_response *response = (void *)request->writer;
	struct go_net_http_conn *conn = 0;
	if (READ_GO(&conn, response, conn) && conn)
		READ_GO(&hijacked, conn, hijackedv);
	bool panics = panicking(g);
	u32 flags = (hijacked ? HIJACKED : 0) | (panics || !hijacked ? ABORTED : 0);
	finish(request, g, 0, flags);
	return 0;
}

PROBE(handler_ends)
{
	u64 g = REG_G(ctx);
	struct request *request = tracked(g);
	u32 flags = panicking(g) ? ABORTED : 0;
	if (request)
		finish(request, g, flags ? 0 : status_http2(request->writer, bpf_get_attach_cookie(ctx) & ~AT_STACK_CHECK), flags);
	else
		finish_unseen(g, 0, 0, flags);
	return 0;
}

// func (w *response) Hijack(): from here on the handler speaks another protocol.
PROBE(hijack)
{
	u64 writer = REG_ARG0(ctx);
	struct request *request = tracked(REG_G(ctx));
	if (request && request->writer == writer)
		request->flags |= HIJACKED;
	return 0;
}

