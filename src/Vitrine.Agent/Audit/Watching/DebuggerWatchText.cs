using System.Globalization;
using Vitrine.Agent.Show;

namespace Vitrine.Agent.Audit.Watching;

/// <summary>Debuggers for people: a line each, and a last one.</summary>
static class DebuggerWatchText
{
    public static void WriteOne(TextWriter writer, Style style, DebuggerEvent one)
    {
        var target = one.TargetPid is { } pid ? string.Create(CultureInfo.InvariantCulture, $"{Shown.Text(one.TargetName)} (pid {pid})") : "a process that cannot be seen from here";
        var what = one.Kind switch
        {
            DebuggerEventKind.Found => $"{style.Red}is attached{style.Reset} to {target} since before",
            DebuggerEventKind.Attached => $"{style.Bold}{style.Red}attached{style.Reset} to {target}{(one.Request is { } request ? $" by {request}" : "")}",
            DebuggerEventKind.Detached => $"let go of {target}",
            _ => $"{style.Yellow}was started{style.Reset}",
        };
        var who = string.Create(CultureInfo.InvariantCulture, $"{Shown.Text(one.TracerName)} (pid {one.TracerPid}{(one.TracerUid is { } uid ? $", user {uid}" : "")})");
        writer.WriteLine($"{one.At.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)}  {who} {what}{(one.SeenAfter is { } after ? $"  {style.Dim}seen after {Units.Duration(after)}{style.Reset}" : "")}");
    }

    public static void WriteEnd(TextWriter writer, Style style, DebuggerWatchResult result)
    {
        var counts = Enum.GetValues<DebuggerEventKind>().Select(kind => $"{Units.Count(result.Counts.GetValueOrDefault(kind))} {Word(kind)}");
        writer.WriteLine($"{style.Bold}{string.Join(", ", counts)}{style.Reset} in {Units.Duration(result.Watched)} ({result.Source}){(result.SlowestSeen is { } slowest ? $", seen after at most {Units.Duration(slowest)}" : "")}{(result.Lost > 0 ? $"; {Units.Count(result.Lost, "event")} lost" : "")}");
    }

    /// <summary>The kind as documents name it.</summary>
    public static string Word(DebuggerEventKind kind) => kind.ToString().ToLowerInvariant();
}
