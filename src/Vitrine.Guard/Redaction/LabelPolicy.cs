using System.Collections.Frozen;
using System.Text;

namespace Vitrine.Guard.Redaction;

/// <summary>Which labels keep their values. A key that nobody vouched for may hold anything – a tenant, a user, a search term – that no rule can recognise, so its values are masked whole.</summary>
sealed class LabelPolicy
{
    const int LongestKey = 128;

    /// <summary>Keys that this project's instruments write, that OpenTelemetry defines for things of few values which say nothing about a person, or that pprof itself needs.</summary>
    public static IReadOnlyList<string> Shipped { get; } =
    [
        // pprof and Go
        "bytes", "pprof::base", "profilez:appname", "goroutine", "thread", "thread.name", "thread.id", "thread_name", "thread_id", "tid", "pid", "process", "generation", "gc",
        // Vitrine's instruments
        "activity", "wait", "waits_for", "waits_at_least", "kind", "type", "rethrown", "lock", "owner_thread", "owner_last_waited_in", "reason", "state", "status", "cpu", "pool", "phase", "heap", "direction", "family", "protocol", "size",
        // the work that was done
        "trace_id", "trace.id", "traceid", "span_id", "span.id", "spanid", "span_name", "operation", "op", "route", "method", "handler", "endpoint", "worker", "stage", "step", "task", "component", "module",
        "http.route", "http.method", "http.request.method", "http.status_code", "http.response.status_code", "http.flavor", "http.scheme", "url.scheme", "network.protocol.name", "network.protocol.version", "network.transport", "network.type",
        "rpc.system", "rpc.service", "rpc.method", "rpc.grpc.status_code", "db.system", "db.system.name", "db.operation", "db.operation.name", "db.query.summary", "messaging.system", "messaging.operation", "messaging.operation.name", "messaging.operation.type",
        "code.function", "code.function.name", "code.namespace", "code.lineno", "code.line.number", "exception.type", "error.type", "service.name", "service.version", "service.namespace", "deployment.environment", "deployment.environment.name",
        "telemetry.sdk.name", "telemetry.sdk.language", "telemetry.sdk.version", "process.runtime.name", "process.runtime.version", "process.pid", "otel.status_code", "otel_scope_name", "otel_scope_version", "job", "le", "quantile",
    ];

    // What a numeric label with one of these counts is an amount, not a name.
    static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_units = FrozenSet.ToFrozenSet(
        ["bytes", "byte", "kilobytes", "kb", "megabytes", "mb", "gigabytes", "gb", "nanoseconds", "ns", "microseconds", "us", "milliseconds", "ms", "seconds", "s", "minutes", "hours", "count", "percent", "cycles"],
        StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _allowed;

    LabelPolicy(FrozenSet<string> allowed, FrozenSet<string> denied)
    {
        (AllowedKeys, DeniedKeys) = (allowed, denied);
        _allowed = AllowedKeys.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public static LabelPolicy Default { get; } = Of(Shipped, []);

    FrozenSet<string> AllowedKeys { get; }

    FrozenSet<string> DeniedKeys { get; }

    static LabelPolicy Of(IEnumerable<string> allowed, IEnumerable<string> denied)
    {
        var deny = denied.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        return new LabelPolicy(allowed.Where(key => !deny.Contains(key)).ToFrozenSet(StringComparer.OrdinalIgnoreCase), deny);
    }

    /// <summary>One more key whose values leave, unless it is denied.</summary>
    public LabelPolicy Allow(string key) => Of([.. AllowedKeys, key], DeniedKeys);

    /// <summary>One key less; it stays denied whoever allows it.</summary>
    public LabelPolicy Deny(string key) => Of(AllowedKeys, [.. DeniedKeys, key]);

    /// <summary>Whether the values of a key leave as far as the other rules let them.</summary>
    public bool IsAllowed(ReadOnlySpan<byte> key) => IsIn(_allowed, key);

    /// <summary>Whether a number with this unit is an amount.</summary>
    public static bool IsAmount(ReadOnlySpan<byte> unit) => IsIn(s_units, unit);

    static bool IsIn(FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> set, ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestKey)
            return false;
        Span<char> characters = stackalloc char[LongestKey];
        return set.Contains(characters[..Encoding.UTF8.GetChars(utf8, characters)]);
    }
}
