using Vitrine.DotNet.Labels;

namespace Vitrine.DotNet.Cpu;

/// <summary>The different works that samples belong to, by number. There are as many as there are requests, so there is a bound: what is beyond it has none.</summary>
sealed class CpuContexts
{
    const int Maximum = 1 << 18;

    readonly List<WorkContext> _all = [WorkContext.None];
    readonly Dictionary<WorkContext, int> _index = new() { [WorkContext.None] = 0 };

    /// <summary>Samples whose work was not kept because there were too many.</summary>
    public long LeftOut { get; private set; }

    public WorkContext this[int index] => _all[index];

    public int IndexOf(WorkContext context)
    {
        if (_index.TryGetValue(context, out var index)) return index;
        if (_all.Count == Maximum)
        {
            LeftOut++;
            return 0;
        }
        _all.Add(context);
        return _index[context] = _all.Count - 1;
    }
}
