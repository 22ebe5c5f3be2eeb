using System.Text.Json;
using Vitrine.Agent.Sockets;
using Vitrine.Go.Sockets;
using Vitrine.Linux.Sockets;

namespace Vitrine.Agent.Json;

/// <summary>The sockets of a process as JSON. An unknown figure is null and has its reason under "unknown".</summary>
static class SocketsJson
{
    const string NoDropCounter = "the kernel does not count what a Unix socket refuses";

    public static void Write(Stream stream, SocketsTarget target, SocketsSample sample) => JsonDocumentWriter.Write(stream, JsonSchema.Sockets, json =>
    {
        WriteTarget(json, target);
        json.WriteTime("capturedAt", sample.CapturedAt);
        json.WriteNumber("durationMs", sample.Duration.TotalMilliseconds);
        json.WriteNumber("looks", sample.Looks);
        json.WriteNumber("watchedMs", sample.Watched.TotalMilliseconds);
        var unknown = new SortedDictionary<string, string>(StringComparer.Ordinal);
        json.WriteStartArray("listeners");
        foreach (var row in sample.Listeners)
            WriteListener(json, row, sample, unknown);
        json.WriteEndArray();
        json.WriteStartArray("connections");
        foreach (var row in sample.Connections)
            WriteConnection(json, row);
        json.WriteEndArray();
        WriteNamespace(json, sample);
        if (sample.NoGoroutines is { } reason)
            unknown["goroutines"] = reason;
        ProbeReportJson.Write(json, sample.Report);
        json.WriteStartObject("unknown");
        foreach (var (name, why) in unknown)
            json.WriteString(name, why);
        json.WriteEndObject();
    });

    static void WriteTarget(Utf8JsonWriter json, SocketsTarget target)
    {
        json.WriteStartObject("target");
        json.WriteNumber("pid", target.Pid);
        json.WriteString("name", target.Name);
        json.WriteOptional("runtime", target.RuntimeVersion is null ? null : "go");
        json.WriteOptional("runtimeVersion", target.RuntimeVersion);
        json.WriteOptional("executable", target.Executable);
        json.WriteEndObject();
    }

    static void WriteListener(Utf8JsonWriter json, ListenerRow row, SocketsSample sample, SortedDictionary<string, string> unknown)
    {
        var (status, socket) = (row.Status, row.Status.Socket);
        var datagrams = socket.Protocol is SocketProtocol.Udp or SocketProtocol.Udp6;
        var unix = socket.Protocol == SocketProtocol.Unix;
        json.WriteStartObject();
        json.WriteString("address", socket.Path ?? ConnectionGroup.End(socket.Local) ?? "");
        json.WriteString("protocol", ConnectionGroup.ProtocolName(socket.Protocol));
        WriteDescriptors(json, status);
        json.WriteString("unit", datagrams ? "bytes" : "connections");
        Figure("queued", unix && sample.WhyUnknown is not null ? null : socket.ReceiveQueue, sample.WhyUnknown);
        Figure("mostQueued", unix && sample.WhyUnknown is not null ? null : row.MostQueued, sample.WhyUnknown);
        Figure("limit", datagrams ? status.ReceiveBuffer : status.QueueLimit, sample.WhyUnknown);
        Figure("overflows", row.Overflows, unix ? NoDropCounter : sample.WhyUnknown);
        json.WriteOptional("drops", status.Drops);
        Figure("newOverflows", row.NewOverflows, unix ? NoDropCounter : sample.WhyUnknown);
        json.WriteOptional("acceptingGoroutine", row.Acceptor.Waiters is [var first, ..] ? (long)first.Goroutine.Id : null);
        if (row.Acceptor.Kind == AcceptorKind.Unknown)
            json.WriteNull("nobodyAccepts");
        else
            json.WriteBoolean("nobodyAccepts", row.Acceptor.Kind != AcceptorKind.Waits);
        json.WriteString("accepted", AcceptorText.Of(row.Acceptor));
        WriteWaiters(json, row.Acceptor.Waiters);
        json.WriteStartArray("holders");
        foreach (var holder in row.Acceptor.Holders)
            json.WriteNumberValue(holder.Goroutine.Id);
        json.WriteEndArray();
        if (status.Unowned is { } unowned)
        {
            json.WriteStartObject("unowned");
            foreach (var (state, count) in unowned.OrderBy(pair => pair.Key))
                json.WriteNumber(ConnectionGroup.StateName(socket with { State = state }), count);
            json.WriteEndObject();
        }
        else
            json.WriteNull("unowned");
        json.WriteEndObject();

        void Figure(string name, long? value, string? why)
        {
            json.WriteOptional(name, value);
            if (value is null)
                unknown[$"listeners.{name}{(unix && why == NoDropCounter ? " (unix)" : "")}"] = why ?? "this kernel does not say";
        }
    }

    static void WriteConnection(Utf8JsonWriter json, ConnectionRow row)
    {
        var (status, socket) = (row.Status, row.Status.Socket);
        json.WriteStartObject();
        json.WriteString("protocol", ConnectionGroup.ProtocolName(socket.Protocol));
        json.WriteString("state", ConnectionGroup.StateName(socket));
        json.WriteOptional("local", socket.Path ?? ConnectionGroup.End(socket.Local));
        json.WriteOptional("peer", ConnectionGroup.End(socket.Remote));
        WriteDescriptors(json, status);
        json.WriteNumber("unreadBytes", socket.ReceiveQueue);
        json.WriteNumber("unacknowledgedBytes", socket.SendQueue);
        json.WriteOptional("drops", status.Drops);
        json.WriteOptional("retransmits", status.Tcp?.Retransmitted);
        json.WriteOptional("timeoutsNow", status.Tcp?.TimeoutsNow);
        json.WriteOptional("roundTripNs", Nanoseconds(status.Tcp?.RoundTrip));
        json.WriteOptional("roundTripVarianceNs", Nanoseconds(status.Tcp?.RoundTripVariance));
        json.WriteOptional("bytesAcknowledged", status.Tcp?.BytesAcknowledged);
        json.WriteOptional("bytesReceived", status.Tcp?.BytesReceived);
        json.WriteOptional("sinceSentMs", (long?)status.Tcp?.SinceSent.TotalMilliseconds);
        json.WriteOptional("sinceReceivedMs", (long?)status.Tcp?.SinceReceived.TotalMilliseconds);
        WriteWaiters(json, row.Waiters);
        json.WriteEndObject();
    }

    static void WriteNamespace(Utf8JsonWriter json, SocketsSample sample)
    {
        json.WriteStartObject("networkNamespace");
        json.WriteOptional("listenOverflows", sample.Namespace.ListenOverflows);
        json.WriteOptional("listenDrops", sample.Namespace.ListenDrops);
        json.WriteOptional("requestQueueDrops", sample.Namespace.RequestQueueDrops);
        json.WriteOptional("newListenOverflows", sample.NewInNamespace.ListenOverflows);
        json.WriteOptional("newListenDrops", sample.NewInNamespace.ListenDrops);
        json.WriteOptional("newRequestQueueDrops", sample.NewInNamespace.RequestQueueDrops);
        json.WriteEndObject();
    }

    static void WriteDescriptors(Utf8JsonWriter json, SocketStatus status)
    {
        json.WriteStartArray("fds");
        foreach (var descriptor in status.Descriptors)
            json.WriteNumberValue(descriptor);
        json.WriteEndArray();
    }

    static void WriteWaiters(Utf8JsonWriter json, IReadOnlyList<DescriptorWaiter> waiters)
    {
        json.WriteStartArray("goroutines");
        foreach (var waiter in waiters)
        {
            json.WriteStartObject();
            json.WriteNumber("id", waiter.Goroutine.Id);
            json.WriteString("operation", AcceptorText.Verb(waiter.Operation));
            json.WriteOptional("caller", waiter.Caller?.Function);
            json.WriteOptional("line", waiter.Caller?.Line);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static long? Nanoseconds(TimeSpan? time) => time?.Ticks * TimeSpan.NanosecondsPerTick;
}
