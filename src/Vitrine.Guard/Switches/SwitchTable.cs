using System.Collections.Frozen;

namespace Vitrine.Guard.Switches;

/// <summary>How all switches stand at one time: immutable, made anew at each change, so that a decision reads it without a lock.</summary>
sealed class SwitchTable
{
    readonly FrozenDictionary<string, SwitchState> _states;

    /// <summary>Makes it of what each source says.</summary>
    /// <param name="sources">Weakest first.</param>
    /// <param name="byDefault">How switches stand that nobody speaks of.</param>
    /// <param name="now">Words that have ended by then are left out.</param>
    public SwitchTable(IEnumerable<(SwitchSource Source, IReadOnlyDictionary<string, SwitchWord> Words)> sources, bool byDefault, DateTimeOffset now)
    {
        var states = new Dictionary<string, SwitchState>(StringComparer.Ordinal);
        Default = new() { Name = SwitchNames.Default, IsOn = byDefault, Source = SwitchSource.Default };
        All = new() { Name = SwitchNames.All, IsOn = true, Source = SwitchSource.Default };
        NextExpiry = DateTimeOffset.MaxValue;
        foreach (var (source, words) in sources)
        {
            foreach (var (name, word) in words)
            {
                if (word.Until <= now) continue;
                if (word.Until < NextExpiry) NextExpiry = word.Until.Value;
                var state = new SwitchState { Name = name, IsOn = word.IsOn, Source = source, By = word.By, Reason = word.Reason, Since = word.Since, Until = word.Until };
                if (name == SwitchNames.Default) Default = state;
                // A stop holds until the one who said it takes it back: nobody else can switch on what was stopped.
                else if (name != SwitchNames.All) states[name] = state;
                else if (All.IsOn || !state.IsOn) All = state;
            }
        }
        _states = states.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The kill switch.</summary>
    public SwitchState All { get; }

    /// <summary>What nobody speaks of by name.</summary>
    public SwitchState Default { get; }

    /// <summary>When the first word ends.</summary>
    public DateTimeOffset NextExpiry { get; }

    /// <summary>Every name that somebody speaks of.</summary>
    public IEnumerable<string> Names => _states.Keys;

    /// <summary>How the switch of that name stands, without regard to <see cref="All"/>. Allocates nothing where somebody speaks of it.</summary>
    public SwitchState Of(string name) => name switch
    {
        SwitchNames.All => All,
        SwitchNames.Default => Default,
        _ => _states.TryGetValue(name, out var state) ? state : Default with { Name = name },
    };

    /// <summary>Whether it may be looked at. Allocates nothing.</summary>
    public bool IsOn(string name) => All.IsOn && (_states.TryGetValue(name, out var state) ? state.IsOn : Default.IsOn);
}
