using System.Globalization;
using Vitrine.Agent.Show;

namespace Vitrine.Agent.Live;

/// <summary>
/// What <c>vitrine top</c> shows, and how keys change it. It draws into lines of text and knows no terminal, so that a test can press keys and read
/// the screen.
/// </summary>
sealed class TopScreen(string title)
{
    const string Help = "q quit   ↑↓ select   enter stack   s sort   / filter   space pause   ? help";

    TopSample? _sample;
    int _selected;
    bool _stackOpen;
    bool _helpOpen;
    bool _typing;
    string _filter = "";

    public TopSort Sort { get; private set; }

    public bool Paused { get; private set; }

    public bool Done { get; private set; }

    public void Show(TopSample sample)
    {
        if (!Paused || _sample is null)
            _sample = sample;
    }

    public void Press(ConsoleKeyInfo key)
    {
        if (_typing)
            Type(key);
        else
            Command(key);
    }

    void Command(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.UpArrow or ConsoleKey.K:
                _selected = Math.Max(0, _selected - 1);
                return;
            case ConsoleKey.DownArrow or ConsoleKey.J:
                _selected++;
                return;
            case ConsoleKey.Enter:
                _stackOpen = !_stackOpen;
                return;
            case ConsoleKey.Escape:
                (_stackOpen, _helpOpen, _filter) = (false, false, _stackOpen || _helpOpen ? _filter : "");
                return;
        }
        switch (key.KeyChar)
        {
            case 'q':
                Done = true;
                break;
            case 's':
                Sort = (TopSort)(((int)Sort + 1) % Enum.GetValues<TopSort>().Length);
                break;
            case '/':
                _typing = true;
                break;
            case ' ':
                Paused = !Paused;
                break;
            case '?' or 'h':
                _helpOpen = !_helpOpen;
                break;
        }
    }

    void Type(ConsoleKeyInfo key)
    {
        const int longest = 200;
        switch (key.Key)
        {
            case ConsoleKey.Enter:
                _typing = false;
                break;
            case ConsoleKey.Escape:
                (_typing, _filter) = (false, "");
                break;
            case ConsoleKey.Backspace:
                _filter = _filter.Length > 0 ? _filter[..^1] : "";
                break;
            default:
                if (!char.IsControl(key.KeyChar) && _filter.Length < longest)
                    _filter += key.KeyChar;
                break;
        }
        _selected = 0;
    }

    /// <summary>The screen as lines, each at most <paramref name="width"/> characters beside marks, at most <paramref name="height"/> of them.</summary>
    public IReadOnlyList<string> Draw(int width, int height, Style style)
    {
        var lines = new List<string>(height);
        if (_sample is not { } sample)
            return ["looking …"];
        lines.Add($"{style.Bold}{Cut(title, width)}{style.Reset}");
        lines.Add(Cut($"{Units.Count(sample.Goroutines, "goroutine")}, read in {Units.Duration(sample.ReadIn)}{(sample.Torn > 0 ? $", {sample.Torn} torn" : "")}   heap {sample.Heap}, next collection at {sample.NextCollection}   {sample.Processors}", width));
        lines.Add(Cut(string.Join("   ", sample.States.OrderByDescending(state => state.Value).ThenBy(state => state.Key, StringComparer.Ordinal).Take(6).Select(state => $"{state.Key} {Units.Count((long)state.Value)}")), width));
        lines.Add(Cut(_typing ? $"filter: {_filter}▏" : $"sorted by {Sort.ToString().ToLowerInvariant()}{(_filter.Length > 0 ? $"   filter: {_filter}" : "")}{(Paused ? "   PAUSED" : "")}", width));
        if (_helpOpen)
            DrawHelp(lines);
        else
            DrawGroups(lines, sample, width, height - 1, style);
        while (lines.Count < height - 1)
            lines.Add("");
        if (lines.Count > height - 1)
            lines.RemoveRange(height - 1, lines.Count - (height - 1));
        lines.Add($"{style.Dim}{Cut(Help, width)}{style.Reset}");
        return lines;
    }

    static void DrawHelp(List<string> lines) => lines.AddRange(
    [
        "",
        "  ↑ ↓ or k j    select a group",
        "  enter         open and close its stack",
        "  s             sort by count, by change since the last look, by change since the start, by blocked time",
        "  /             show only groups whose state, function or file contains a text; esc clears it",
        "  space         hold the picture still; the target goes on as always",
        "  q             quit",
    ]);

    void DrawGroups(List<string> lines, TopSample sample, int width, int height, Style style)
    {
        var groups = Sorted(sample.Groups.Where(Matches)).ToList();
        _selected = Math.Clamp(_selected, 0, Math.Max(0, groups.Count - 1));
        lines.Add($"{style.Bold}{Cut(Row("count", "change", "since start", "blocked ≥", "state", "blocked at", "created by"), width)}{style.Reset}");
        var room = Math.Max(1, height - lines.Count - (_stackOpen ? StackRoom(groups, height) : 0));
        var first = Math.Clamp(_selected - room / 2, 0, Math.Max(0, groups.Count - room));
        for (var i = first; i < groups.Count && i < first + room; i++)
        {
            var group = groups[i];
            var row = Row(
                Units.Count((long)group.Count), Signed(group.ChangeSinceLast), Signed(group.ChangeSinceStart), group.LongestBlocked is { } blocked ? Units.Duration(blocked) : "-",
                Terminal.Safe(group.Key.State), Place(group.Key.BlockedAt.Function, group.Key.BlockedAt.Line), group.Key.CreatedBy is { } creator ? Place(creator.Function, creator.Line) : "-");
            var colour = group.ChangeSinceLast > 0 ? style.Red : group.ChangeSinceLast < 0 ? style.Green : "";
            lines.Add($"{colour}{(i == _selected ? style.Bold : "")}{Cut((i == _selected ? "▸" : " ") + row[1..], width)}{style.Reset}");
            if (i == _selected && _stackOpen)
            {
                foreach (var frame in group.Stack.Take(StackRoom(groups, height)))
                    lines.Add($"{style.Dim}{Cut($"      {Terminal.Safe(frame)}", width)}{style.Reset}");
            }
        }
    }

    int StackRoom(List<TopGroup> groups, int height) => _selected < groups.Count ? Math.Min(groups[_selected].Stack.Count, height / 2) : 0;

    bool Matches(TopGroup group) =>
        _filter.Length == 0
        || Contains(group.Key.State)
        || Contains(group.Key.BlockedAt.ToString())
        || (group.Key.CreatedBy is { } creator && Contains(creator.ToString()))
        || group.Stack.Any(Contains);

    bool Contains(string text) => text.Contains(_filter, StringComparison.OrdinalIgnoreCase);

    IOrderedEnumerable<TopGroup> Sorted(IEnumerable<TopGroup> groups) => (Sort switch
    {
        TopSort.Change => groups.OrderByDescending(group => Math.Abs(group.ChangeSinceLast)),
        TopSort.Total => groups.OrderByDescending(group => Math.Abs(group.ChangeSinceStart)),
        TopSort.Blocked => groups.OrderByDescending(group => group.LongestBlocked ?? TimeSpan.Zero),
        _ => groups.OrderByDescending(group => group.Count),
    }).ThenByDescending(group => group.Count).ThenBy(group => group.Key.ToString(), StringComparer.Ordinal);

    static string Row(string count, string change, string sinceStart, string blocked, string state, string blockedAt, string createdBy) =>
        $"  {count,9} {change,8} {sinceStart,11}  {blocked,10}  {Cut(state, 22),-22}  {Cut(blockedAt, 44),-44}  {createdBy}";

    static string Place(string function, int line) => Terminal.Safe(line > 0 ? $"{function}:{line.ToString(CultureInfo.InvariantCulture)}" : function);

    static string Signed(int number) => number > 0 ? $"+{Units.Count((long)number)}" : number < 0 ? $"-{Units.Count(-(long)number)}" : "";

    static string Cut(string text, int width) => text.Length <= width ? text : width <= 1 ? text[..width] : $"{text[..(width - 1)]}…";
}
