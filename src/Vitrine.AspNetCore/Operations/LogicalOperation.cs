using System.Collections;
using System.Diagnostics;
using System.Globalization;

namespace Vitrine.AspNetCore.Operations;

/// <summary>
/// What the program is doing for somebody: a request, or a job that the program began itself. It follows the work across awaits and into the tasks that are started from it, also with <c>Task.Run</c>
/// and also when they outlive the request. As a log scope it gives each line <c>TraceId</c>, <c>OperationId</c> and <c>RequestStart</c>.
/// </summary>
/// <remarks>The built-in logger, Serilog and OpenTelemetry get it as a scope; code without a logger reads <see cref="Current"/>.</remarks>
public sealed class LogicalOperation : IReadOnlyList<KeyValuePair<string, object?>>
{
    static readonly AsyncLocal<LogicalOperation?> s_current = new();

    internal LogicalOperation(string name, string traceId, string id, DateTimeOffset startedAt, LogicalOperation? parent)
    {
        (Name, TraceId, Id, StartedAt, Parent) = (name, traceId, id, startedAt, parent);
        // Made once: a scope is read for every line that is logged.
        RequestStart = startedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
    }

    /// <summary>The operation that the calling work belongs to; null outside of any.</summary>
    public static LogicalOperation? Current
    {
        get => s_current.Value;
        internal set => s_current.Value = value;
    }

    /// <summary>What it is: the method of a request, or the name given to <see cref="Begin"/>.</summary>
    public string Name { get; }

    /// <summary>The trace it belongs to, 32 hexadecimal digits: that of the caller's <c>traceparent</c>, or a new one.</summary>
    public string TraceId { get; }

    /// <summary>16 hexadecimal digits, unique to this operation.</summary>
    public string Id { get; }

    /// <summary>When the request, or the outermost operation, began.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>The operation that this one is a part of; null for a request.</summary>
    public LogicalOperation? Parent { get; }

    internal string RequestStart { get; }

    /// <summary>
    /// Begins an operation inside the current one – or, where there is none, one of its own with a trace of its own. Dispose what comes back where it was begun; tasks that were started inside keep the operation.
    /// </summary>
    /// <param name="name">What it is; for people.</param>
    public static OperationScope Begin(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var outer = Current;
        var trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.TraceId.ToHexString() : outer?.TraceId ?? ActivityTraceId.CreateRandom().ToHexString();
        Current = new(name, trace, ActivitySpanId.CreateRandom().ToHexString(), outer?.StartedAt ?? DateTimeOffset.UtcNow, outer);
        return new(outer);
    }

    /// <inheritdoc/>
    public int Count => 3;

    /// <inheritdoc/>
    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("TraceId", TraceId),
        1 => new("OperationId", Id),
        2 => new("RequestStart", RequestStart),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"TraceId:{TraceId}, OperationId:{Id}, RequestStart:{RequestStart}";
}
