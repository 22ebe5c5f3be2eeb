using Spectre.Console;
using Spectre.Console.Rendering;

namespace Vitrine.Agent.Show;

/// <summary>Tables without lines, as ps and top print them: they copy, grep and cut well.</summary>
static class Tables
{
    /// <summary>Width when the output is no terminal: nothing is cut or wrapped in a file.</summary>
    const int FileWidth = 4096;

    /// <summary>A column name with a leading '&gt;' is aligned to the right.</summary>
    public static Table Create(params ReadOnlySpan<string> columns)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = true, UseSafeBorder = false };
        foreach (var column in columns)
        {
            var right = column.StartsWith('>');
            var header = new TableColumn(new Text(right ? column[1..] : column, new Spectre.Console.Style(decoration: Decoration.Bold))) { NoWrap = true, Padding = new Padding(0, 0, 2, 0) };
            if (right)
                header.Alignment = Justify.Right;
            table.AddColumn(header);
        }
        return table;
    }

    public static void Row(this Table table, params ReadOnlySpan<string> cells)
    {
        var row = new List<IRenderable>(cells.Length);
        foreach (var cell in cells)
            row.Add(new Text(Terminal.Safe(cell)));
        table.AddRow(row);
    }

    public static void Write(TextWriter output, IRenderable renderable, bool toFile)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = !toFile && Terminal.WantsColour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = !toFile && Terminal.WantsColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = toFile || Console.IsOutputRedirected ? FileWidth : Math.Max(40, Console.WindowWidth);
        console.Write(renderable);
    }
}
