using System.Globalization;
using System.Text;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Goroutines.Formats;

/// <summary>
/// The header line of a goroutine: <c>goroutine 7 [chan receive, 5 minutes, locked to thread]:</c>
/// (https://github.com/golang/go/blob/go1.26.0/src/runtime/traceback.go, goroutineheader).
/// </summary>
internal sealed class GoTextHeader(GoroutineDump dump)
{
    private readonly GoVersion _version = dump.GoVersion;
    private readonly bool _showsLabels = TracebackLabels.AreShown(dump.Tables);

    public void Append(StringBuilder text, Goroutine goroutine)
    {
        string status = goroutine.WaitReason ?? goroutine.StateText;
        text.Append(CultureInfo.InvariantCulture, $"goroutine {goroutine.Id} [{status}");
        if (goroutine.State == GoroutineState.Leaked)
            text.Append(" (leaked)");
        if (goroutine.IsBeingScanned)
            text.Append(" (scan)");
        if (IsDurable(goroutine, status))
            text.Append(" (durable)");
        if (goroutine.BlockedAtLeast is { TotalMinutes: >= 1 } blocked)
            text.Append(CultureInfo.InvariantCulture, $", {(long)blocked.TotalMinutes} minutes");
        if (goroutine.LockedToThread)
            text.Append(", locked to thread");
        if (goroutine.BubbleId is { } bubble)
            text.Append(CultureInfo.InvariantCulture, $", synctest {(_version.AtLeast(1, 25) ? "bubble" : "group")} {bubble}");
        IReadOnlyList<GoroutineLabel> labels = _showsLabels ? goroutine.Labels : [];
        if (labels.Count == 0)
        {
            text.Append("]:\n");
        }
        else if (_version.AtLeast(1, 27))
        {
            text.Append("] {");
            AppendLabels(text, labels, always: false);
            text.Append("}:\n");
        }
        else
        {
            text.Append(" labels:{");
            AppendLabels(text, labels, always: true);
            text.Append("}]:\n");
        }
    }

    /// <summary>
    /// Waits that only the goroutine's own synctest bubble can end, when the reason's text does not say so itself
    /// (https://github.com/golang/go/blob/go1.26.0/src/runtime/runtime2.go, isIdleInSynctest).
    /// </summary>
    private bool IsDurable(Goroutine goroutine, string status) =>
        goroutine.BubbleId is not null && _version.AtLeast(1, 25) && goroutine.State == GoroutineState.Waiting
        && status is "chan receive (nil chan)" or "chan send (nil chan)" or "select (no cases)" or "sleep" or "sync.Cond.Wait"
            or "coroutine" or "synctest.Run" or "synctest.Wait";

    private static void AppendLabels(StringBuilder text, IReadOnlyList<GoroutineLabel> labels, bool always)
    {
        for (int i = 0; i < labels.Count; i++)
        {
            if (i > 0)
                text.Append(", ");
            AppendQuoted(text, labels[i].Key, always);
            text.Append(": ");
            AppendQuoted(text, labels[i].Value, always);
        }
    }

    /// <summary>As the runtime prints a quoted string (https://github.com/golang/go/blob/go1.26.0/src/runtime/print.go, printquoted).</summary>
    private static void AppendQuoted(StringBuilder text, string value, bool always)
    {
        if (!always && IsPlain(value))
        {
            text.Append(value);
            return;
        }
        text.Append('"');
        foreach (Rune rune in value.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"':
                    text.Append("\\\"");
                    break;
                case '\\':
                    text.Append("\\\\");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case >= ' ' and <= '~':
                    text.Append((char)rune.Value);
                    break;
                case < 127:
                    text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
                    break;
                case < 0x1_0000:
                    text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
                    break;
                default:
                    text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
                    break;
            }
        }
        text.Append('"');
    }

    private static bool IsPlain(string value)
    {
        foreach (char c in value)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '/' or '_'))
                return false;
        }
        return true;
    }
}
