using System.Diagnostics;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Labels;

/// <summary>What a thread worked for at one moment: the labels of <see cref="ProfileLabels"/> and the trace that it belongs to. Two with the same contents are equal.</summary>
/// <param name="Labels">The labels; empty without any.</param>
/// <param name="TraceId">The trace of <see cref="Activity.Current"/> in hexadecimal; empty without one.</param>
/// <param name="SpanId">The span, the activity itself, in hexadecimal; empty without one.</param>
public sealed record WorkContext(LabelList Labels, string TraceId, string SpanId)
{
    /// <summary>The labels' keys of trace and span, as OpenTelemetry writes them.</summary>
    public const string TraceIdKey = "trace_id", SpanIdKey = "span_id";

    /// <summary>No labels and no trace.</summary>
    public static WorkContext None { get; } = new(LabelList.Empty, "", "");

    /// <summary>As labels of a profile's sample: the scope's, then <c>trace_id</c> and <c>span_id</c>.</summary>
    public IEnumerable<Label> ToLabels()
    {
        foreach (var (key, value) in Labels)
            yield return new(key, value);
        if (TraceId.Length > 0) yield return new(TraceIdKey, TraceId);
        if (SpanId.Length > 0) yield return new(SpanIdKey, SpanId);
    }

    internal bool HasTrace => TraceId.Length > 0;

    internal WorkContext WithoutTrace() => HasTrace ? Of(Labels, default) : this;

    internal static WorkContext Of(LabelList? labels, SpanIds span) =>
        span.IsNone && (labels is null || labels.Count == 0) ? None : new(labels ?? LabelList.Empty, span.TraceId, span.SpanId);
}
