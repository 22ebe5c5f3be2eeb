namespace Vitrine.Instruments;

/// <summary>Which runtime a target runs on.</summary>
public enum RuntimeKind
{
    /// <summary>Neither Go nor .NET was recognised.</summary>
    Unknown,

    /// <summary>A Go program.</summary>
    Go,

    /// <summary>A .NET program.</summary>
    DotNet,
}

/// <summary>A live process being looked at, or a recording of one. An instrument gets everything it knows about the process from here.</summary>
public interface ITarget
{
    /// <summary>The process id in the viewer's pid namespace; the recorded one for a core dump.</summary>
    int Pid { get; }

    /// <summary>The runtime.</summary>
    RuntimeKind Runtime { get; }

    /// <summary>The runtime's own name of its version, such as <c>go1.26.3</c>.</summary>
    string RuntimeVersion { get; }

    /// <summary>What a person calls the process: its command name.</summary>
    string Name { get; }
}
