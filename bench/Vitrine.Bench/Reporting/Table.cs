using System.Text;

namespace Vitrine.Bench.Reporting;

/// <summary>A Markdown table, aligned so that it also reads well in a terminal.</summary>
sealed class Table(params string[] headings)
{
    readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add(cells);

    public override string ToString()
    {
        var widths = headings.Select((heading, column) => Math.Max(3, rows.Select(row => row[column].Length).Append(heading.Length).Max())).ToArray();
        var text = new StringBuilder();
        Write(text, headings, widths);
        text.Append("| ").AppendJoin(" | ", widths.Select((width, column) => column == 0 ? new string('-', width) : new string('-', width - 1) + ":")).AppendLine(" |");
        foreach (var row in rows) Write(text, row, widths);
        return text.ToString();
    }

    static void Write(StringBuilder text, string[] cells, int[] widths) =>
        text.Append("| ").AppendJoin(" | ", cells.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).AppendLine(" |");
}
