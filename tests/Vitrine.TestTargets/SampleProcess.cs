using System.Diagnostics;

namespace Vitrine.TestTargets;

/// <summary>A running program of <c>samples/go</c> that prints a line beginning with "ready" and ends when its standard input is closed.</summary>
public sealed class SampleProcess : IDisposable
{
    static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(30);
    static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);
    static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);

    readonly Process process;

    SampleProcess(Process process, string readyLine)
    {
        this.process = process;
        ReadyLine = readyLine;
    }

    public int Pid => process.Id;

    /// <summary>The line with which the program said that it is ready; it may carry facts such as an address.</summary>
    public string ReadyLine { get; }

    /// <summary>Starts a fixture and waits until it says that it is ready.</summary>
    public static SampleProcess Start(GoFixture fixture, params string[] arguments) => StartProgram(fixture.Path, arguments);

    /// <summary>Starts a program that ends up as a fixture, such as <c>unshare</c>.</summary>
    public static SampleProcess StartProgram(string program, params string[] arguments) => StartProgram(program, arguments, new Dictionary<string, string>());

    /// <summary>The same with variables in its environment beside those of this program.</summary>
    public static SampleProcess StartProgram(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {program}");
        var line = process.StandardOutput.ReadLineAsync();
        if (!line.Wait(ReadyLimit) || line.Result?.StartsWith("ready", StringComparison.Ordinal) != true)
        {
            process.Kill();
            process.Dispose();
            throw new InvalidOperationException($"{program} did not say that it is ready within {ReadyLimit.TotalSeconds} s");
        }
        return new SampleProcess(process, line.Result);
    }

    /// <summary>Sends one line to the program's standard input and waits for the line that answers it.</summary>
    public string Ask(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
        return ReadLine(line);
    }

    /// <summary>Waits for a further line of an answer.</summary>
    public string ReadLine(string question)
    {
        var answer = process.StandardOutput.ReadLineAsync();
        if (!answer.Wait(AnswerLimit)) throw new TimeoutException($"no answer to '{question}' within {AnswerLimit.TotalSeconds} s");
        return answer.Result ?? throw new InvalidOperationException($"the program ended instead of answering '{question}'");
    }

    /// <summary>Ends the program at once and waits until it is gone.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit(EndLimit);
    }

    public void Dispose()
    {
        if (!process.HasExited) Kill();
        process.Dispose();
    }
}
