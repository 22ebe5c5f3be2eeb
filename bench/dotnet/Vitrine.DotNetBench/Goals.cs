namespace Vitrine.DotNetBench;

/// <summary>What was aimed at, what was measured, and whether it is met.</summary>
sealed class Goals
{
    readonly List<string> _rows = [];

    public void Add(string goal, string measured, bool isMet) => _rows.Add($"| {goal} | {measured} | {(isMet ? "met" : "not met")} |");

    public void NotMeasured(string goal, string why) => _rows.Add($"| {goal} | – | not measured: {why} |");

    public void Write()
    {
        Console.WriteLine("| goal | measured | result |");
        Console.WriteLine("|---|---:|---:|");
        _rows.ForEach(Console.WriteLine);
    }
}
