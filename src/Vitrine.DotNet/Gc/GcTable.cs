using System.Globalization;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Gc;

/// <summary>Writes collections as a table.</summary>
public static class GcTable
{
    /// <summary>One line for each collection, then the sums.</summary>
    public static void Write(GcRecording recording, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(recording);
        ArgumentNullException.ThrowIfNull(output);
        output.Write($"{"NUMBER",8} {"GEN",3} {"TYPE",-10} {"REASON",-18} {"TIME",-12} {"PAUSE ms",10} {"SUSPEND ms",10} {"BEFORE MB",10} {"AFTER MB",10} {"PROMOTED MB",11}\n");
        foreach (var one in recording.Collections)
        {
            var suspending = one.Pauses.Aggregate(TimeSpan.Zero, static (sum, pause) => sum + pause.Suspending);
            output.Write(string.Create(CultureInfo.InvariantCulture,
                $"{one.Number,8} {one.Generation,3} {one.Type.ToString().ToLowerInvariant(),-10} {one.Reason,-18} {one.StartedAt,-12:HH:mm:ss.fff} {(one.IsWhole ? " " : "≥")}{one.PauseTotal.TotalMilliseconds,9:0.000} {suspending.TotalMilliseconds,10:0.000} {Megabytes(one.HeapBefore),10} {Megabytes(one.HeapAfter),10} {Megabytes(one.Promoted),11}\n"));
        }
        var share = recording.Watched > TimeSpan.Zero ? recording.PauseTotal / recording.Watched : 0;
        output.Write(string.Create(CultureInfo.InvariantCulture,
            $"{recording.Collections.Count} collections in {recording.Watched.TotalSeconds:0.0} s: paused for {recording.PauseTotal.TotalMilliseconds:0.###} ms, {share:P2} of the time{(recording.LongestPause.TryGet(out var longest) ? $", {longest.TotalMilliseconds:0.###} ms at most" : "")}.\n"));
        foreach (var note in recording.Notes)
            output.Write($"{note}\n");
    }

    static string Megabytes(Known<long> bytes) => bytes.TryGet(out var known) ? (known / 1e6).ToString("0.00", CultureInfo.InvariantCulture) : "unknown";
}
