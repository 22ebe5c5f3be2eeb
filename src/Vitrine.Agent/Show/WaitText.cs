using System.Globalization;
using System.Net;
using Vitrine.Go.Goroutines;

namespace Vitrine.Agent.Show;

/// <summary>What a goroutine waits for, as one line.</summary>
static class WaitText
{
    /// <summary>Select cases in one line at most.</summary>
    const int MostCases = 4;

    public static string Of(WaitingOn waiting) => waiting switch
    {
        WaitingOn.Channel channel => $"{Direction(channel.Direction)} {Channel(channel.State)}",
        WaitingOn.Select select => Select(select),
        WaitingOn.Forever forever => forever.Why,
        WaitingOn.Lock held => $"{Lock(held.Kind)} 0x{held.Address:x}",
        WaitingOn.Network network => Network(network),
        WaitingOn.Sleep => "a timer (time.Sleep)",
        WaitingOn.Runtime runtime => $"the runtime ({runtime.What})",
        WaitingOn.Unknown unknown => $"unknown: {unknown.Reason}",
        _ => "unknown",
    };

    public static string Channel(ChannelState channel)
    {
        var type = channel.ElementType is { } element ? $" of {Terminal.Safe(element)}" : "";
        if (channel.Length < 0)
            return $"channel 0x{channel.Address:x}{type}";
        var closed = channel.Closed ? ", closed" : "";
        return $"channel 0x{channel.Address:x}{type} (len {channel.Length}, cap {channel.Capacity}{closed})";
    }

    static string Select(WaitingOn.Select select)
    {
        var cases = string.Join(", ", select.Cases.Take(MostCases).Select(one => $"{Direction(one.Direction)} {Channel(one.Channel)}"));
        var more = select.Cases.Count > MostCases ? $" and {select.Cases.Count - MostCases} more" : "";
        return $"select: {cases}{more}{(select.Truncated ? " (the list is not complete)" : "")}";
    }

    static string Network(WaitingOn.Network network)
    {
        var what = network.Protocol is { } protocol
            ? network.Remote is { } remote ? $"{Lower(protocol)} {End(network.Local)} ↔ {End(remote)}" : $"{Lower(protocol)} {End(network.Local)}"
            : Terminal.Safe(network.Description ?? "");
        var state = network.SocketState is { } text ? $" {Lower(text)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{(network.Direction == ChannelDirection.Send ? "write to" : "read from")} fd {network.FileDescriptor} {what}{state}").TrimEnd();
    }

    static string Lower<T>(T name) where T : struct, Enum => name.ToString().ToLowerInvariant();

    static string End(EndPoint? end) => end is null ? "?" : Terminal.Safe(end.ToString() ?? "?");

    static string Direction(ChannelDirection direction) => direction == ChannelDirection.Send ? "send to" : "receive from";

    static string Lock(LockKind kind) => kind switch
    {
        LockKind.Mutex => "sync.Mutex",
        LockKind.RWMutexRead => "sync.RWMutex (read)",
        LockKind.RWMutexWrite => "sync.RWMutex (write)",
        LockKind.WaitGroup => "sync.WaitGroup",
        LockKind.Cond => "sync.Cond",
        _ => "semaphore",
    };
}
