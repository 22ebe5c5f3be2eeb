using System.Globalization;
using System.Runtime.InteropServices;

namespace Vitrine.Guard.Switches;

/// <summary>
/// The switch of each instrument, and the one that stops everything. What is said by several is decided by who says it: default, configuration, environment, file, request, each stronger than the one before;
/// for <c>all</c>, off is stronger than on, whoever says it.
/// </summary>
public sealed class SwitchBoard : IDisposable
{
    /// <summary>The name of the switch that stops everything.</summary>
    public const string All = SwitchNames.All;

    static readonly Dictionary<string, SwitchWord> s_nothing = [];
    static readonly Dictionary<string, SwitchWord> s_stop = new(StringComparer.Ordinal) { [SwitchNames.All] = new(false, Reason: "the kill file is there") };

    // Requests can be about names that are not known yet (an instrument registered later); not about any number of them.
    const int MaximumRequested = 1000;

    readonly TimeProvider _time;
    readonly Func<SwitchChange, bool> _record;
    readonly Action<string> _warn;
    readonly Action _changed;
    readonly Lock _lock = new();
    readonly ITimer _timer;

    volatile SwitchTable _table;
    SwitchOptions _options;
    HashSet<string> _known = new(StringComparer.Ordinal);
    Dictionary<string, SwitchWord> _configured = s_nothing, _environment = s_nothing, _file = s_nothing, _killFile = s_nothing;
    readonly Dictionary<string, SwitchWord> _requested = new(StringComparer.Ordinal);
    IReadOnlyList<string> _environmentProblems = [];
    string? _readProblem, _parseProblem;
    byte[]? _fileBytes;
    PosixSignalRegistration? _hangup;
    bool _isDisposed;

    /// <summary>Makes it.</summary>
    /// <param name="options">What is said at the start.</param>
    /// <param name="time">By which words end.</param>
    /// <param name="record">Records a change; false when it cannot.</param>
    /// <param name="warn">Takes what is not understood, as a sentence.</param>
    /// <param name="changed">Called after each change, without a lock.</param>
    internal SwitchBoard(SwitchOptions options, TimeProvider time, Func<SwitchChange, bool> record, Action<string> warn, Action changed)
    {
        (_options, _time, _record, _warn, _changed) = (options, time, record, warn, changed);
        Configure(options);
        ReadFiles();
        _table = Make();
        _timer = time.CreateTimer(static board => ((SwitchBoard)board!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_lock)
        {
            SetTimer();
            SetHangup();
        }
        Warn(FindProblems());
    }

    /// <summary>Every switch that is known or that somebody speaks of, sorted by name; <c>all</c> and <c>default</c> first.</summary>
    public IReadOnlyList<SwitchState> States
    {
        get
        {
            var table = Current();
            lock (_lock)
                return [table.All, table.Default, .. _known.Union(table.Names, StringComparer.Ordinal).Where(name => name is not (SwitchNames.All or SwitchNames.Default)).Order(StringComparer.Ordinal).Select(table.Of)];
        }
    }

    /// <summary>What was said and not understood: names that are not known, a file that is broken.</summary>
    public IReadOnlyList<string> Problems
    {
        get { lock (_lock) return FindProblems(); }
    }

    /// <summary>Whether that may be looked at now. Allocates nothing.</summary>
    public bool IsOn(string name) => Current().IsOn(name);

    /// <summary>How the switch of that name stands; while <c>all</c> is off nothing may be looked at, whatever it says.</summary>
    public SwitchState Of(string name) => Current().Of(name);

    /// <summary>Whether there is a switch of that name.</summary>
    public bool IsKnown(string name)
    {
        lock (_lock) return name is SwitchNames.All or SwitchNames.Default || _known.Contains(name);
    }

    /// <summary>Tells which names there are, in addition to those told before; what was said about others is a problem from now on.</summary>
    public void Know(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        IReadOnlyList<string> problems;
        lock (_lock)
        {
            _known = [.. _known, .. names];
            problems = FindProblems();
        }
        Warn(problems);
    }

    /// <summary>Sets a switch, as a request does; whether the caller may is decided before. It holds until <paramref name="until"/>, until the next request, or until the program ends: what must outlast that belongs into the file.</summary>
    /// <param name="name">The instrument or page, <c>all</c> or <c>default</c>.</param>
    /// <param name="isOn">On or off; null takes back what requests said before.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="until">When it ends; null = not by itself.</param>
    /// <param name="reason">Why.</param>
    /// <returns>Null when it is done; a refusal when the change cannot be recorded. Switching off is done in any case: what must stop stops.</returns>
    /// <exception cref="ArgumentException">That is no name of a switch; <see cref="IsKnown"/> tells beforehand.</exception>
    public Refusal? Set(string name, bool? isOn, string by, DateTimeOffset? until = null, string? reason = null)
    {
        var normal = SwitchNames.Normalize(name) ?? throw new ArgumentException($"A switch's name has letters, digits, _, - and . only, and at most {SwitchNames.MaximumLength} of them.", nameof(name));
        bool isRecorded;
        lock (_lock)
        {
            var before = _requested.GetValueOrDefault(normal);
            if (isOn is { } on && before is null && _requested.Count >= MaximumRequested)
                return new(RefusalKind.TooMany, string.Create(CultureInfo.InvariantCulture, $"There are {MaximumRequested} switches set by requests already: take some back first."));
            if (isOn is { } state) _requested[normal] = new(state, by, reason, _time.GetUtcNow(), until);
            else _requested.Remove(normal);
            isRecorded = Publish(isRequest: true);
            if (!isRecorded)
            {
                if (before is null) _requested.Remove(normal);
                else _requested[normal] = before;
            }
        }
        if (isRecorded) _changed();
        return isRecorded ? null : new(RefusalKind.Unavailable, "The switch was not turned on: the audit log cannot be written.");
    }

    /// <summary>Reads the files now, instead of with the next poll.</summary>
    public void Reload()
    {
        bool isChanged;
        IReadOnlyList<string> problems;
        lock (_lock)
        {
            if (_isDisposed) return;
            problems = FindProblems();
            isChanged = ReadFiles();
            if (isChanged) Publish(isRequest: false);
            problems = [.. FindProblems().Except(problems, StringComparer.Ordinal)];
        }
        Warn(problems);
        if (isChanged) _changed();
    }

    /// <summary>Other options; what requests said stays.</summary>
    internal void Apply(SwitchOptions options)
    {
        IReadOnlyList<string> problems;
        lock (_lock)
        {
            if (_isDisposed) return;
            if (options.File != _options.File) (_file, _fileBytes, _readProblem, _parseProblem) = (s_nothing, null, null, null);
            _options = options;
            Configure(options);
            ReadFiles();
            Publish(isRequest: false);
            SetTimer();
            SetHangup();
            problems = FindProblems();
        }
        Warn(problems);
        _changed();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        PosixSignalRegistration? hangup;
        lock (_lock)
        {
            _isDisposed = true;
            hangup = _hangup;
        }
        _timer.Dispose();
        // Waits for a handler that runs now, which takes the lock.
        hangup?.Dispose();
    }

    // A word that has ended does not hold, whether or not the timer has come.
    SwitchTable Current()
    {
        var table = _table;
        if (table.NextExpiry == DateTimeOffset.MaxValue || _time.GetUtcNow() < table.NextExpiry) return table;
        Expire();
        return _table;
    }

    void Expire()
    {
        lock (_lock)
        {
            if (_isDisposed || _time.GetUtcNow() < _table.NextExpiry) return;
            var now = _time.GetUtcNow();
            foreach (var (name, word) in _requested)
            {
                if (word.Until <= now) _requested.Remove(name);
            }
            Publish(isRequest: false, hasExpired: true);
        }
        _changed();
    }

    void Tick()
    {
        if (_time.GetUtcNow() >= _table.NextExpiry) Expire();
        if (HasFiles) Reload();
        lock (_lock) SetTimer();
    }

    bool HasFiles => _options.File is not null || _options.KillFile is not null;

    // There is no such signal on Windows. Once taken it is kept: a handler that is removed while it runs would be waited for, under the lock.
    void SetHangup()
    {
        if (_hangup is not null || !HasFiles || !_options.ReloadOnHangup || OperatingSystem.IsWindows()) return;
        _hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            if (!_options.ReloadOnHangup) return;
            signal.Cancel = true;
            Reload();
        });
    }

    void SetTimer()
    {
        if (_isDisposed) return;
        var next = HasFiles ? _options.Poll : Timeout.InfiniteTimeSpan;
        if (_table.NextExpiry < DateTimeOffset.MaxValue)
        {
            var expiry = _table.NextExpiry - _time.GetUtcNow();
            // A timer cannot wait for longer than 49 days, and may come a little early.
            expiry = TimeSpan.FromMilliseconds(Math.Clamp(expiry.TotalMilliseconds + 1, 1, TimeSpan.FromDays(1).TotalMilliseconds));
            if (!HasFiles || expiry < next) next = expiry;
        }
        _timer.Change(next, Timeout.InfiniteTimeSpan);
    }

    // Under the lock. Records first, and holds from then on; false when a request that switches something on cannot be recorded.
    bool Publish(bool isRequest, bool hasExpired = false)
    {
        var before = _table;
        var after = Make();
        var names = before.Names.Union(after.Names, StringComparer.Ordinal).Append(SwitchNames.All).Append(SwitchNames.Default);
        foreach (var name in names)
        {
            var change = new SwitchChange(before.Of(name), after.Of(name), hasExpired);
            if (change.Before == change.After) continue;
            if (!_record(change) && isRequest && change.After.IsOn && !change.Before.IsOn) return false;
        }
        _table = after;
        SetTimer();
        return true;
    }

    SwitchTable Make() => new(
    [
        (SwitchSource.Configuration, _configured), (SwitchSource.Environment, _environment), (SwitchSource.File, _file), (SwitchSource.Request, _requested), (SwitchSource.KillFile, _killFile),
    ], _options.Default, _time.GetUtcNow());

    void Configure(SwitchOptions options)
    {
        _configured = new(StringComparer.Ordinal);
        foreach (var (name, isOn) in options.States) _configured[SwitchNames.Normalize(name)!] = new(isOn);
        var problems = new List<string>();
        _environment = SwitchList.Parse(options.Environment ?? Environment.GetEnvironmentVariable("VITRINE") ?? "", problems);
        _environmentProblems = problems;
    }

    // Whether something in them is different.
    bool ReadFiles()
    {
        var isStopped = _options.KillFile is { } killFile && Path.Exists(killFile);
        var isChanged = isStopped != _killFile.ContainsKey(SwitchNames.All);
        if (isChanged) _killFile = isStopped ? new(s_stop) { [SwitchNames.All] = s_stop[SwitchNames.All] with { Since = _time.GetUtcNow() } } : s_nothing;
        return _options.File is { } file ? ReadFile(file) || isChanged : isChanged;
    }

    // Its bytes are compared, not its time of change: that has a grain, and what swaps links (a mounted ConfigMap) or writes over a network shows it late or not at all. For the same reasons nothing is asked
    // of the kernel's notifications: a file of a few lines is read faster than they are explained.
    bool ReadFile(string path)
    {
        try
        {
            var bytes = SwitchFile.Read(path);
            if (bytes is null)
            {
                // Removed for good, or in the middle of being replaced: what it said last holds either way.
                _readProblem = _fileBytes is null ? "it is not there" : "it is not there any more: what it said last still holds";
                return false;
            }
            _readProblem = null;
            if (_fileBytes is not null && bytes.AsSpan().SequenceEqual(_fileBytes)) return false;
            _fileBytes = bytes;
            var words = SwitchFile.Parse(bytes, out _parseProblem);
            // A broken file leaves everything as it is.
            if (words is null) return false;
            var now = _time.GetUtcNow();
            _file = words.ToDictionary(pair => pair.Key, pair => pair.Value with { Since = _file.TryGetValue(pair.Key, out var old) && old.IsOn == pair.Value.IsOn ? old.Since : now }, StringComparer.Ordinal);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            _readProblem = e.Message;
            return false;
        }
    }

    List<string> FindProblems()
    {
        List<string> problems = [.. _environmentProblems.Select(problem => $"VITRINE: {problem}.")];
        if ((_readProblem ?? _parseProblem) is { } file) problems.Add($"{_options.File}: {file}.");
        if (_known.Count == 0) return problems;
        Unknown("Switches:States", _configured);
        Unknown("VITRINE", _environment);
        Unknown(_options.File ?? "", _file);
        return problems;

        void Unknown(string source, Dictionary<string, SwitchWord> words)
        {
            foreach (var name in words.Keys.Where(name => name is not (SwitchNames.All or SwitchNames.Default) && !_known.Contains(name)).Order(StringComparer.Ordinal))
                problems.Add($"{source}: there is no instrument {name}: the setting has no effect.");
        }
    }

    void Warn(IEnumerable<string> problems)
    {
        foreach (var problem in problems)
            _warn(problem);
    }
}
