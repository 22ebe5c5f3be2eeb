using Vitrine.Instruments;

namespace Vitrine.Agent.Show;

/// <summary>Footnotes for what is unknown: many figures can be unknown for one reason, which is then said once, below.</summary>
sealed class UnknownReasons(Style style)
{
    readonly List<string> _reasons = [];

    /// <summary>The figure as text, or "unknown" with the number of its footnote.</summary>
    public string Text<T>(Known<T> figure, Func<T, string> show)
    {
        if (figure.TryGet(out var value))
            return show(value);
        var number = _reasons.IndexOf(figure.Reason);
        if (number < 0)
        {
            number = _reasons.Count;
            _reasons.Add(figure.Reason);
        }
        return $"{style.Yellow}unknown ({number + 1}){style.Reset}";
    }

    /// <summary>Writes the footnotes; nothing when all is known.</summary>
    public void Write(TextWriter output)
    {
        if (_reasons.Count > 0)
            output.WriteLine();
        for (var i = 0; i < _reasons.Count; i++)
            output.WriteLine($"{style.Yellow}({i + 1}) unknown: {Terminal.Safe(_reasons[i])}{style.Reset}");
    }
}
