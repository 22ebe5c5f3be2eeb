using Vitrine.Go.Binary;
using Vitrine.Go.Goroutines;
using Vitrine.Go.Probes.Session;
using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Http;

/// <summary>Where the programs of http.bpf.c go in a binary, and what they must know of its version.</summary>
internal static class HttpProbes
{
    private const string Bundled = "net/http.(*http2serverConn)", Internal = "net/http/internal/http2.(*serverConn)", External = "golang.org/x/net/http2.(*serverConn)";

    // enum home of http.bpf.h.
    private const ulong HomeBundled = 0, HomeInternal = 1, HomeExternal = 2;

    private const string ServeHttp = "net/http.serverHandler.ServeHTTP";

    /// <summary>Servers that do not run on net/http, by a function that each of them has.</summary>
    private static readonly (string Function, string Name)[] s_others =
    [
        ("github.com/valyala/fasthttp.(*Server).serveConn", "fasthttp"),
        ("google.golang.org/grpc/internal/transport.(*http2Server).operateHeaders", "gRPC's own HTTP/2 transport"),
        ("github.com/quic-go/quic-go/http3.(*Server).handleConn", "HTTP/3 of quic-go"),
    ];

    private static readonly string[] s_goTypes =
    [
        "runtime.g", "runtime.m", "runtime.pollDesc", "net/http.Request", "net/url.URL", "net/http.pattern", "net/http.response", "net/http.conn",
        "net/http.http2responseWriter", "net/http.http2responseWriterState",
        "net/http/internal/http2.responseWriter", "net/http/internal/http2.responseWriterState",
        "golang.org/x/net/http2.responseWriter", "golang.org/x/net/http2.responseWriterState",
    ];

    /// <summary>Loads and attaches, without starting.</summary>
    /// <exception cref="InstrumentUnavailableException">The program has no server of net/http.</exception>
    public static GoProbeSession Open(GoTarget target, HttpWatchOptions options, WaitReasons reasons)
    {
        FunctionTable functions = target.Binary.Functions;
        bool external = Has(functions, External + ".runHandler");
        if (!Has(functions, ServeHttp) && !external)
            throw new InstrumentUnavailableException($"{target.Name} has no server of net/http in it{Others(functions, ", but one of ")}.", "vitrine latency measures any function of it.");

        HttpConfig config = Config(target, options, reasons);
        GoProbeSession session = GoProbeSession.Open(target, new GoProbeProgram
        {
            Object = "http",
            GoTypes = s_goTypes,
            Budget = options.Budget,
            Configure = bpf => bpf.SetConfig(config),
        });
        try
        {
            AttachRequests(session, functions, external);
            if (options.Split)
                AttachSplit(session, functions);
            if (Others(functions, "") is { Length: > 0 } others)
                session.Note($"The program also has {others}, whose requests do not go through net/http and are not seen.");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static HttpConfig Config(GoTarget target, HttpWatchOptions options, WaitReasons reasons)
    {
        var config = new HttpConfig
        {
            Split = options.Split ? 1u : 0,
            KeepQuery = options.KeepQuery ? 1u : 0,
            // runtime/proc.go: stopTheWorldWithSema has its reason as an argument from Go 1.21 on.
            StopReason = target.Binary.Version.AtLeast(1, 21) ? 1u : 0,
            AssistWait = uint.MaxValue,
        };
        for (int reason = 0; reason <= byte.MaxValue; reason++)
        {
            if (reasons[(byte)reason] == "GC assist wait")
                config.AssistWait = (uint)reason;
        }
        // Before, only stopTheWorld stops the world for something else, from a closure of its own.
        if (target.Binary.Functions.FindByName("runtime.stopTheWorld.func1") is [var closure, ..])
        {
            config.OtherStopLow = unchecked(closure.Entry + target.Bias);
            config.OtherStopHigh = unchecked(closure.End + target.Bias);
        }
        return config;
    }

    private static void AttachRequests(GoProbeSession session, FunctionTable functions, bool external)
    {
        // Ends first: a request that begins while the probes come must find its end in place.
        if (Has(functions, ServeHttp))
        {
            Entry(session, "finish_request", "net/http.(*response).finishRequest");
            Entry(session, "connection_ends", "net/http.(*conn).serve.func1");
            Entry(session, "hijack", "net/http.(*response).Hijack");
        }
        if (Has(functions, Bundled + ".runHandler"))
            Entry(session, "handler_ends", Bundled + ".runHandler.func1", HomeBundled);
        if (Has(functions, Internal + ".runHandler"))
            Entry(session, "handler_ends", Internal + ".runHandler.func1", HomeInternal);
        if (external)
        {
            Entry(session, "handler_ends", External + ".runHandler.func1", HomeExternal);
            Entry(session, "run_handler", External + ".runHandler");
        }
        if (Has(functions, ServeHttp))
            Entry(session, "serve_http", ServeHttp);
    }

    private static void AttachSplit(GoProbeSession session, FunctionTable functions)
    {
        Entry(session, "stop_the_world", "runtime.stopTheWorldWithSema");
        Entry(session, "start_the_world", "runtime.startTheWorldWithSema");
        Entry(session, "start_cycle", "runtime.(*gcControllerState).startCycle");
        Entry(session, "end_cycle", "runtime.gcMarkTermination");
        Entry(session, "assist_begins", "runtime.gcAssistAlloc1");
        if (!session.AttachAfterCall("assist_ends", "runtime.gcAssistAlloc", "runtime.systemstack"))
            session.AttachReturns("assist_returns", "runtime.gcAssistAlloc1");
        session.AttachTracepoint("switch_threads", "sched", "sched_switch");
        foreach (string function in (string[])["goschedImpl", "preemptPark", "goyield_m"])
            Entry(session, "yield", "runtime." + function);
        // The same step under two names: exitsyscall0 to Go 1.25, exitsyscallNoP from 1.26 on.
        Entry(session, "yield", Has(functions, "runtime.exitsyscallNoP") ? "runtime.exitsyscallNoP" : "runtime.exitsyscall0");
        Entry(session, "wake_up", "runtime.ready");
        Entry(session, "network_ready", "runtime.netpollready");
        Entry(session, "park", "runtime.gopark");
        Entry(session, "run", "runtime.execute");
    }

    // Every program of http.bpf.c leaves out a call that starts anew to grow its stack.
    private static void Entry(GoProbeSession session, string program, string function, ulong cookie = 0) =>
        session.AttachEntry(program, function, cookie);

    private static bool Has(FunctionTable functions, string name) => functions.FindByName(name).Count > 0;

    private static string Others(FunctionTable functions, string before)
    {
        string[] names = [.. s_others.Where(other => Has(functions, other.Function)).Select(static other => other.Name)];
        return names.Length == 0 ? "" : before + string.Join(" and ", names);
    }
}
