using System.Text.Json;

namespace Vitrine.Agent.Tests.Timelines;

/// <summary>What the Trace Event Format, and Perfetto's importer of it, ask of a file.</summary>
static class ChromeTraceCheck
{
    /// <summary>A microsecond in doubles is exact to far less than this.</summary>
    const double Rounding = 1e-3;

    public static void Valid(JsonElement root)
    {
        Assert.Contains(root.GetProperty("displayTimeUnit").GetString(), (string[])["ms", "ns"]);
        var open = new Dictionary<long, Stack<double>>();
        var last = new Dictionary<long, double>();
        var named = new HashSet<long>();
        foreach (var one in root.GetProperty("traceEvents").EnumerateArray())
        {
            Assert.NotEqual("", one.GetProperty("name").GetString());
            Assert.Equal(JsonValueKind.Number, one.GetProperty("pid").ValueKind);
            var thread = one.GetProperty("tid").GetInt64();
            switch (one.GetProperty("ph").GetString())
            {
                case "M":
                    if (one.GetProperty("name").GetString() == "thread_name") Assert.True(named.Add(thread));
                    Assert.Equal(JsonValueKind.Object, one.GetProperty("args").ValueKind);
                    break;
                case "C":
                    Assert.All(one.GetProperty("args").EnumerateObject(), value => Assert.Equal(JsonValueKind.Number, value.Value.ValueKind));
                    Assert.Equal(JsonValueKind.Number, one.GetProperty("ts").ValueKind);
                    break;
                case "X":
                    double start = one.GetProperty("ts").GetDouble(), length = one.GetProperty("dur").GetDouble();
                    Assert.True(length >= 0 && double.IsFinite(start));
                    Assert.Contains(thread, named);

                    // In order, and each inside the one it began in: Perfetto drops spans that overlap in part.
                    Assert.True(!last.TryGetValue(thread, out var before) || start >= before - Rounding);
                    last[thread] = start;
                    if (!open.TryGetValue(thread, out var stack)) open[thread] = stack = new Stack<double>();
                    while (stack.Count > 0 && stack.Peek() <= start + Rounding) stack.Pop();
                    Assert.True(stack.Count == 0 || start + length <= stack.Peek() + Rounding, $"{one} overlaps the span it begins in");
                    stack.Push(start + length);
                    break;
                default:
                    Assert.Fail($"unknown phase: {one}");
                    break;
            }
        }
    }
}
