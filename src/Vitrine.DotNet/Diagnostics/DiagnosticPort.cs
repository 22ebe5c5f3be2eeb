using System.Buffers.Binary;
using Vitrine.DotNet.Nettrace;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.DotNet.Diagnostics;

/// <summary>
/// The way to a .NET runtime, this process's own or another's: the port that each one opens unless it was told not to. Cheap to make: it connects for each command, and every wait has a limit.
/// Safe for use by several threads.
/// </summary>
public sealed class DiagnosticPort
{
    /// <summary>Longest wait for a connection and for the answer to a command.</summary>
    public static TimeSpan AnswerTimeout { get; } = TimeSpan.FromSeconds(10);

    const byte EventPipeSet = 2, ProcessSet = 4;
    const byte StopTracing = 1, CollectTracing2 = 3, CollectTracing3 = 4, CollectTracing4 = 5, ProcessInfo2 = 4;
    const uint NettraceFormat = 1;

    // Null where processes are known by their pid alone: other systems than Linux.
    readonly ProcessIdentity? _identity;

    DiagnosticPort(int pid, ProcessIdentity? identity) => (Pid, _identity) = (pid, identity);

    /// <summary>The process, by its id in the viewer's pid namespace.</summary>
    public int Pid { get; }

    /// <summary>Whether it is this process's own.</summary>
    public bool IsSelf => Pid == Environment.ProcessId;

    /// <summary>The port of this process.</summary>
    public static DiagnosticPort OfSelf() => Of(Environment.ProcessId);

    /// <summary>
    /// The port of the process that has this id now. Whether there is one is only seen when it is used: see <see cref="Availability"/>. When the process ends, the port is not that of a later one with the
    /// same id.
    /// </summary>
    public static DiagnosticPort Of(int pid)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pid);
        if (!OperatingSystem.IsLinux()) return new(pid, null);
        try
        {
            return new(pid, LinuxProcess.Open(pid).Identity);
        }
        catch (TargetGoneException)
        {
            return new(pid, new(pid, ulong.MaxValue)); // no process was ever started then
        }
    }

    /// <summary>The port of a process that was seen before.</summary>
    public static DiagnosticPort Of(ProcessIdentity identity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(identity.Pid);
        return new(identity.Pid, identity);
    }

    /// <summary>The process, when it is still the same; null on other systems than Linux.</summary>
    /// <exception cref="TargetGoneException">It has ended.</exception>
    internal LinuxProcess? OpenProcess() => _identity is { } identity ? LinuxProcess.Open(identity) : null;

    DiagnosticSocket Socket() => DiagnosticSocket.Find(Pid, _identity);

    /// <summary>Whether the port is there, by its file: no command is sent. The reason when it is not.</summary>
    public Availability Availability()
    {
        try
        {
            Socket();
            return Instruments.Availability.Yes;
        }
        catch (InstrumentUnavailableException e)
        {
            return Instruments.Availability.No(e.Message);
        }
    }

    /// <summary>Asks the runtime for its version and more.</summary>
    /// <exception cref="InstrumentUnavailableException">The runtime cannot be reached or does not answer.</exception>
    public RuntimeProcessInfo GetProcessInfo()
    {
        var payload = Ask(new IpcMessage(ProcessSet, ProcessInfo2), AnswerTimeout);
        try
        {
            var reader = new PayloadReader(payload);
            return new(reader.ReadUInt64(), reader.ReadGuid(), Text(ref reader), Text(ref reader), Text(ref reader), Text(ref reader), Text(ref reader));
        }
        catch (BadNettraceException e)
        {
            throw new InstrumentUnavailableException($"The runtime of process {Pid} answered with something else than was asked: {e.Message}");
        }
    }

    // A count of characters, then as many, the last a zero.
    static string Text(ref PayloadReader reader)
    {
        var count = reader.ReadUInt32();
        if (count > ushort.MaxValue) throw new BadNettraceException($"A text has {count} characters.");
        return System.Text.Encoding.Unicode.GetString(reader.ReadBytes((int)count * sizeof(char))).TrimEnd('\0');
    }

    /// <summary>Opens a session. The connection is its stream from then on.</summary>
    /// <exception cref="InstrumentUnavailableException">The runtime cannot be reached or refuses.</exception>
    internal (IpcConnection Stream, ulong Session) Collect(EventRecordingOptions options)
    {
        // The newest command first: from .NET 9 the rundown's keywords can be chosen, from .NET 8 whether there are stacks.
        for (var command = CollectTracing4; ; command--)
        {
            var connection = IpcConnection.Open(Socket(), AnswerTimeout);
            try
            {
                var answer = connection.Ask(CollectMessage(command, options), AnswerTimeout);
                if (answer.Length < sizeof(ulong)) throw new InstrumentUnavailableException($"The runtime of process {Pid} did not say which session it started.");
                return (connection, BinaryPrimitives.ReadUInt64LittleEndian(answer));
            }
            catch (IpcRefusalException e) when (e.Code == IpcRefusalException.UnknownCommand && command > CollectTracing2)
            {
                connection.Dispose();
            }
            catch (IpcRefusalException e)
            {
                connection.Dispose();
                throw new InstrumentUnavailableException($"The runtime of process {Pid} does not record events: {e.Message}.");
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
    }

    static IpcMessage CollectMessage(byte command, EventRecordingOptions options)
    {
        var message = new IpcMessage(EventPipeSet, command).Add((uint)options.BufferMegabytes).Add(NettraceFormat);
        if (command == CollectTracing4) message.Add(options.Rundown ? options.RundownKeywords : 0ul);
        else message.Add((byte)(options.Rundown ? 1 : 0));
        if (command != CollectTracing2) message.Add((byte)(options.Stacks ? 1 : 0));
        var providers = Merged(options.Providers);
        message.Add((uint)providers.Count);
        foreach (var provider in providers)
            message.Add(provider.Keywords).Add((uint)provider.Level).Add(provider.Name).Add(provider.Arguments);
        return message;
    }

    // Of a provider that is named twice the runtime takes one and leaves out the other.
    static List<EventProvider> Merged(IReadOnlyList<EventProvider> providers) =>
        [.. providers.GroupBy(static one => one.Name, StringComparer.Ordinal).Select(static same => new EventProvider(
            same.Key,
            same.Aggregate(0ul, static (keywords, one) => keywords | one.Keywords),
            same.Max(static one => one.Level),
            string.Join(';', same.Select(static one => one.Arguments).Where(static one => one.Length > 0))))];

    /// <summary>Tells the runtime to end a session. It answers on this connection when the session's stream has been written to the end, which is seen there.</summary>
    internal IpcConnection BeginStop(ulong session)
    {
        var connection = IpcConnection.Open(Socket(), AnswerTimeout);
        try
        {
            connection.Send(new IpcMessage(EventPipeSet, StopTracing).Add(session).ToArray());
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    byte[] Ask(IpcMessage message, TimeSpan timeout)
    {
        using var connection = IpcConnection.Open(Socket(), AnswerTimeout);
        try
        {
            return connection.Ask(message, timeout);
        }
        catch (IpcRefusalException e)
        {
            throw new InstrumentUnavailableException($"The runtime of process {Pid} refuses the command: {e.Message}.");
        }
    }
}
