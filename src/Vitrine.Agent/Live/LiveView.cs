using System.Text;
using Vitrine.Agent.Show;

namespace Vitrine.Agent.Live;

/// <summary>
/// A picture that replaces itself while a look lasts, on a terminal's second screen, so that the result printed at the end stands alone below what was
/// there before. Without a terminal it draws nothing.
/// </summary>
sealed class LiveView : IDisposable
{
    readonly bool _live;
    string _drawn = "";

    public LiveView(bool live)
    {
        _live = live;
        if (_live)
            Console.Out.Write("\e[?1049h\e[?25l");
    }

    /// <summary>Draws what <paramref name="write"/> writes; lines beyond the window are left out.</summary>
    public void Draw(Action<TextWriter, Style> write)
    {
        if (!_live)
            return;
        using var text = new StringWriter { NewLine = "\n" };
        write(text, Style.For(null));
        var height = Math.Max(4, Console.WindowHeight);
        var lines = text.ToString().Split('\n');
        var picture = new StringBuilder("\e[H");
        foreach (var line in lines.Take(height - 1))
            picture.Append(line).Append("\e[K\r\n");
        picture.Append("\e[J");
        var next = picture.ToString();
        if (next == _drawn)
            return;
        Console.Out.Write(next);
        Console.Out.Flush();
        _drawn = next;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_live)
            Console.Out.Write("\e[?25h\e[?1049l");
    }
}
