using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace Vitrine.Agent.CommandLine;

/// <summary>Examples of a command, which its own <c>--help</c> shows below the options. The list of all commands stays one line each.</summary>
static class Examples
{
    static readonly ConditionalWeakTable<Command, string> ByCommand = [];

    /// <summary>Gives a command its examples, one a line.</summary>
    public static Command WithExamples(this Command command, string examples)
    {
        ByCommand.AddOrUpdate(command, examples);
        return command;
    }

    /// <summary>Makes <c>--help</c> show examples in this command and all below it.</summary>
    public static RootCommand ShowExamplesInHelp(this RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((SynchronousCommandLineAction)help.Action!);
        return root;
    }

    sealed class HelpWithExamples(SynchronousCommandLineAction usual) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var code = usual.Invoke(parseResult);
            if (ByCommand.TryGetValue(parseResult.CommandResult.Command, out var examples))
            {
                var output = parseResult.InvocationConfiguration.Output;
                output.WriteLine("Examples:");
                foreach (var line in examples.Split('\n'))
                    output.WriteLine($"  {line}");
                output.WriteLine();
            }
            return code;
        }
    }
}
