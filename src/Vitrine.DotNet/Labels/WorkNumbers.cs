namespace Vitrine.DotNet.Labels;

/// <summary>
/// The different works that samples belong to, by number. There are as many as there are requests, so there is a bound: beyond three quarters of it a new one goes without its trace, beyond all of it without anything.
/// Not safe for several threads.
/// </summary>
/// <param name="maximum">Different works that are kept.</param>
sealed class WorkNumbers(int maximum)
{
    /// <summary>The number of no work.</summary>
    public const int None = 0;

    readonly List<WorkContext> _all = [WorkContext.None];
    readonly Dictionary<WorkContext, int> _index = new() { [WorkContext.None] = None };

    /// <summary>Samples whose work was not kept, or not its trace, because there were too many.</summary>
    public long LeftOut { get; private set; }

    /// <summary>How many there are.</summary>
    public int Count => _all.Count;

    public WorkContext this[int number] => _all[number];

    public int IndexOf(WorkContext context)
    {
        if (_index.TryGetValue(context, out var number)) return number;
        if (context.HasTrace && _all.Count >= maximum - maximum / 4)
        {
            LeftOut++;
            context = context.WithoutTrace();
            if (_index.TryGetValue(context, out number)) return number;
            if (_all.Count < maximum) return Add(context);
            return None;
        }
        if (_all.Count < maximum) return Add(context);
        LeftOut++;
        return None;
    }

    int Add(WorkContext context)
    {
        _all.Add(context);
        return _index[context] = _all.Count - 1;
    }
}
