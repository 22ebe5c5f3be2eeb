using System.Diagnostics;

namespace Vitrine.DotNet.Labels;

/// <summary>
/// Which span of which trace an activity is, in hexadecimal; the default value is none. Kept instead of the activity, which would keep its tags, its events and its parents with it. An activity has both texts
/// already: nothing is allocated.
/// </summary>
readonly record struct SpanIds
{
    readonly string? _traceId, _spanId;

    SpanIds(string traceId, string spanId) => (_traceId, _spanId) = (traceId, spanId);

    /// <summary>The trace; empty without one.</summary>
    public string TraceId => _traceId ?? "";

    /// <summary>The span; empty without one.</summary>
    public string SpanId => _spanId ?? "";

    /// <summary>Whether there is none.</summary>
    public bool IsNone => _spanId is null;

    /// <summary>Those of an activity that was started; none when its ids are not W3C's.</summary>
    public static SpanIds Of(Activity? activity) => activity is { IdFormat: ActivityIdFormat.W3C } ? new(activity.TraceId.ToHexString(), activity.SpanId.ToHexString()) : default;
}
