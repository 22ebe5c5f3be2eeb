using System.Globalization;
using Vitrine.Agent.Sockets;
using Vitrine.Linux.Sockets;

namespace Vitrine.Agent.Show;

/// <summary>The sockets of a process as text.</summary>
static class SocketsText
{
    public static void Write(TextWriter writer, Style style, SocketsTarget target, SocketsSample sample, ConnectionGrouping by, int top)
    {
        var runtime = target.RuntimeVersion is { } version ? $", {Terminal.Safe(version)}" : "";
        writer.WriteLine($"{style.Bold}{Terminal.Safe(target.Name)}{style.Reset} (pid {target.Pid}{runtime}), looked at in {Units.Duration(sample.Duration)}{(sample.Looks > 1 ? $", {Units.Count(sample.Looks, "look")} in {Units.Duration(sample.Watched)}" : "")}");
        if (sample.WhyUnknown is { } why)
            writer.WriteLine($"{style.Yellow}{Terminal.Safe(why)}{style.Reset}");
        if (sample.NoGoroutines is { } none)
            writer.WriteLine($"{style.Dim}no goroutines are shown: {Terminal.Safe(none)}{style.Reset}");
        WriteListeners(writer, style, sample);
        WriteNamespace(writer, style, sample);
        WriteConnections(writer, style, sample, by, top);
        ProbeReportText.Write(writer, style, sample.Report);
    }

    static void WriteListeners(TextWriter writer, Style style, SocketsSample sample)
    {
        writer.WriteLine();
        if (sample.Listeners.Count == 0)
        {
            writer.WriteLine("It listens nowhere.");
            return;
        }
        var watched = sample.Looks > 1;
        var table = Tables.Create([">fd", "listens on", "protocol", ">queued", .. (ReadOnlySpan<string>)(watched ? [">most"] : []), ">limit", ">overflows", .. (ReadOnlySpan<string>)(watched ? [">new"] : []), "accepted by"]);
        foreach (var row in sample.Listeners)
        {
            var socket = row.Status.Socket;
            var bytes = IsDatagram(socket);
            table.Row([
                Number(row.Status.Descriptors[0]), socket.Path ?? ConnectionGroup.End(socket.Local) ?? "-", ConnectionGroup.ProtocolName(socket.Protocol),
                Queue(socket.Protocol == SocketProtocol.Unix && sample.WhyUnknown is not null ? null : socket.ReceiveQueue, bytes), .. (ReadOnlySpan<string>)(watched ? [Queue(row.MostQueued, bytes)] : []),
                Queue(bytes ? row.Status.ReceiveBuffer : row.Status.QueueLimit, bytes), AtMost(row.Overflows, "", bytes), .. (ReadOnlySpan<string>)(watched ? [AtMost(row.NewOverflows, "+", bytes)] : []),
                sample.NoGoroutines is null ? AcceptorText.Of(row.Acceptor) : "-"]);
        }
        Tables.Write(writer, table, toFile: style == Style.None);
        foreach (var row in sample.Listeners.Where(row => row.Status.QueueLimit is { } limit && row.Status.Socket.ReceiveQueue > limit))
            writer.WriteLine($"{style.Red}The queue of {Terminal.Safe(row.Status.Socket.Path ?? ConnectionGroup.End(row.Status.Socket.Local) ?? "?")} is full: new connections are being dropped.{style.Reset}");
        foreach (var row in sample.Listeners.Where(row => row.Status.Unowned is { Count: > 0 }))
        {
            var states = row.Status.Unowned!.OrderBy(pair => pair.Key).Select(pair => $"{Units.Count((long)pair.Value)} {Unowned(pair.Key)}");
            writer.WriteLine($"{style.Dim}{ConnectionGroup.End(row.Status.Socket.Local)}: {string.Join(", ", states)}{style.Reset}");
        }
    }

    static void WriteNamespace(TextWriter writer, Style style, SocketsSample sample)
    {
        if (sample.Namespace.ListenOverflows is not { } overflows)
            return;
        var since = sample.Looks > 1 ? $" ({Signed(sample.NewInNamespace.ListenOverflows)} while watched)" : "";
        writer.WriteLine();
        writer.WriteLine($"{style.Dim}all processes of its network namespace: {Units.Count(overflows, "overflow")}{since}, {Figure(sample.Namespace.ListenDrops)} {(sample.Namespace.ListenDrops == 1 ? "drop" : "drops")} in all{style.Reset}");
    }

    static void WriteConnections(TextWriter writer, Style style, SocketsSample sample, ConnectionGrouping by, int top)
    {
        writer.WriteLine();
        if (sample.Connections.Count == 0)
        {
            writer.WriteLine("It has no connections.");
            return;
        }
        var groups = ConnectionGroup.Of(sample.Connections, by);
        var goroutines = sample.NoGoroutines is null;
        var table = Tables.Create([">connections", by == ConnectionGrouping.None ? "connection" : by.ToString().ToLowerInvariant(), ">unread", ">unacknowledged", ">retransmits", ">silent", ">worst rtt", .. (ReadOnlySpan<string>)(goroutines ? [">waited for"] : [])]);
        foreach (var group in groups.Take(top))
        {
            table.Row([
                Units.Count((long)group.Count), group.Key, Units.Bytes(group.Unread), Units.Bytes(group.Unacknowledged), Figure(group.Retransmitted),
                group.Retransmitted is null ? "-" : Number(group.Silent), group.WorstRoundTrip is { } rtt ? Units.Duration(rtt) : "-", .. (ReadOnlySpan<string>)(goroutines ? [Units.Count((long)group.Waited)] : [])]);
        }
        Tables.Write(writer, table, toFile: style == Style.None);
        if (groups.Count > top)
            writer.WriteLine($"{style.Dim}… and {Units.Count((long)(groups.Count - top))} more (--top N, or --format json for all){style.Reset}");
    }

    static bool IsDatagram(SocketInfo socket) => socket.Protocol is SocketProtocol.Udp or SocketProtocol.Udp6;

    static string Unowned(SocketState state) => state switch
    {
        SocketState.SynReceived => "handshakes under way",
        SocketState.Established => "wait to be accepted",
        SocketState.CloseWait => "wait to be accepted, given up by the peer",
        SocketState.TimeWait => "in time-wait",
        _ => $"being closed ({ConnectionGroup.StateName(new SocketInfo(SocketProtocol.Tcp, null, null, state, 0, null, 0, 0))})",
    };

    static string Queue(long? figure, bool bytes) => figure is null ? "?" : bytes ? Units.Bytes(figure.Value) : Units.Count(figure.Value);

    static string Figure(long? figure) => figure is { } value ? Units.Count(value) : "-";

    /// <summary>The count of a TCP socket is an upper bound, unless it is zero.</summary>
    static string AtMost(long? figure, string sign, bool exact) => figure is { } value ? value == 0 ? "0" : $"{(exact ? "" : "≤ ")}{sign}{Units.Count(value)}" : "-";

    static string Signed(long? figure) => figure is { } value ? (value > 0 ? "+" : "") + Units.Count(value) : "-";

    static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
