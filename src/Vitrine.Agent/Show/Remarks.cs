namespace Vitrine.Agent.Show;

/// <summary>What is said beside the result: on standard error, so that results can be piped, and not at all with --quiet.</summary>
sealed class Remarks(bool quiet)
{
    readonly bool _live = !quiet && !Console.IsErrorRedirected;
    bool _progressShown;

    /// <summary>A sentence that the reader of the result should know.</summary>
    public void Note(string text)
    {
        if (quiet)
            return;
        ClearProgress();
        Console.Error.WriteLine(Terminal.Safe(text));
    }

    /// <summary>Replaces the progress line; shown on a terminal only.</summary>
    public void Progress(string text)
    {
        if (!_live)
            return;
        Console.Error.Write($"\r\e[K{Terminal.Safe(text)}");
        _progressShown = true;
    }

    /// <summary>Takes the progress line away.</summary>
    public void ClearProgress()
    {
        if (!_progressShown)
            return;
        Console.Error.Write("\r\e[K");
        _progressShown = false;
    }
}
