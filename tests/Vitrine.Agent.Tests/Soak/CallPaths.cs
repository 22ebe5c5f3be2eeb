using System.Text.Json;
using System.Text.RegularExpressions;

namespace Vitrine.Agent.Tests.Soak;

/// <summary>Which function of samples/go/stress may call which: a stack that says otherwise has a wrong frame.</summary>
static partial class CallPaths
{
    /// <summary>For each function those that call it; the others of the program begin goroutines.</summary>
    static readonly Dictionary<string, string[]> Callers = new(StringComparer.Ordinal)
    {
        ["main.descend"] = ["main.descend", "main.dig", "main.serveDig"],
        ["main.bottom"] = ["main.descend"],
        ["main.fall"] = ["main.faller"],
        ["main.stumble"] = ["main.stumble", "main.fall"],
        ["main.walk"] = ["main.walk", "main.leave"],
        ["main.serveDig"] = ["net/http.HandlerFunc.ServeHTTP"],
        ["main.main"] = ["runtime.main"],
    };

    static readonly string[] Roots = ["main.dig", "main.digger", "main.talker", "main.echo", "main.locker", "main.hold", "main.faller", "main.leaver", "main.leave", "main.caller", "main.cleaner"];

    /// <summary>Counts the calls that were checked; fails at the first that is not possible.</summary>
    /// <param name="frames">Function names, innermost first.</param>
    /// <param name="where">For the message.</param>
    public static int Check(IReadOnlyList<string> frames, string where)
    {
        var checkedCalls = 0;
        // The outermost frame of a stack may be the last of those that fit.
        for (var i = 0; i + 1 < frames.Count; i++)
        {
            var (callee, caller) = (frames[i], frames[i + 1]);
            // What a profile says where it knows that a frame is missing.
            if (caller == "(caller not seen)")
                continue;
            bool possible;
            if (Callers.TryGetValue(callee, out var callers))
                possible = callers.Contains(caller);
            else if (Roots.Contains(callee))
                possible = caller == "runtime.goexit" || GoStatement().IsMatch(caller);
            else
                continue;
            Assert.True(possible, $"{where}: {callee} called by {caller}:\n{string.Join('\n', frames.Take(i + 3))}");
            checkedCalls++;
        }
        return checkedCalls;
    }

    /// <summary>Checks every list of frames in a document: arrays of names, or of objects with a function.</summary>
    public static int Check(JsonElement element, string where)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return element.EnumerateObject().Sum(property => Check(property.Value, where));
            case JsonValueKind.Array:
                var frames = element.EnumerateArray().Select(Function).ToList();
                return frames.Count > 1 && frames.TrueForAll(frame => frame is not null) ? Check(frames!, where) : element.EnumerateArray().Sum(item => Check(item, where));
            default:
                return 0;
        }
    }

    /// <summary>Checks folded stacks: "outermost;…;innermost COUNT".</summary>
    public static int CheckFolded(string text, string where) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Sum(line => Check([.. line[..line.LastIndexOf(' ')].Split(';').Reverse()], where));

    static string? Function(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("function", out var function) && item.TryGetProperty("line", out _) ? function.GetString() : null;

    /// <summary>A go statement with arguments begins with a function that the compiler made.</summary>
    [GeneratedRegex(@"^main\.\w+\.(func\d+|gowrap\d+)")]
    private static partial Regex GoStatement();
}
