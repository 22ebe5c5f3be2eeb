using System.Text;
using Microsoft.Extensions.Configuration;
using Vitrine.TestTargets;

namespace Vitrine.Guard.Tests.Documents;

/// <summary>A page of docs/guard, as far as it can be tested.</summary>
sealed class GuardDocument
{
    readonly string[] _lines;

    public GuardDocument(string name) => _lines = File.ReadAllLines(Path.Combine(Checkout.Root, "docs", "guard", name));

    /// <summary>The settings of its examples in their order, bound as a service binds them; a key that does not exist is an error.</summary>
    /// <param name="files">The folder that stands for <c>/etc/vitrine</c>.</param>
    public List<GuardOptions> Examples(string files)
    {
        var examples = new List<GuardOptions>();
        StringBuilder? json = null;
        foreach (var line in _lines)
        {
            if (line == "```json") json = new();
            else if (line == "```" && json is not null)
            {
                examples.Add(Bind(json.ToString().Replace("/etc/vitrine", files, StringComparison.Ordinal)));
                json = null;
            }
            else json?.AppendLine(line);
        }
        return examples;
    }

    /// <summary>The rows of the table that begins with this cell, with its head.</summary>
    public List<string[]> Table(string firstCell) =>
        [.. _lines.SkipWhile(line => !line.StartsWith($"| {firstCell} |", StringComparison.Ordinal)).TakeWhile(line => line.StartsWith('|')).Where((_, i) => i != 1)
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim(' ', '`')).ToArray())];

    static GuardOptions Bind(string json)
    {
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        return configuration.GetSection(GuardOptions.Section).Get<GuardOptions>(static binder => binder.ErrorOnUnknownConfiguration = true)!;
    }
}
