using Vitrine.Linux.Processes;

namespace Vitrine.Go;

/// <summary>
/// Notices that a process runs another program. Pid and start time survive an execve, but the auxiliary vector, which the kernel writes anew
/// with randomised addresses, does not.
/// </summary>
internal sealed class ExecWatch
{
    /// <summary>The kernel's vector has some 25 entries of 16 bytes.</summary>
    private const int MaxBytes = 4096;

    private readonly LinuxProcess _process;

    private ExecWatch(LinuxProcess process, byte[] auxiliaryVector)
    {
        _process = process;
        AuxiliaryVector = auxiliaryVector;
    }

    public byte[] AuxiliaryVector { get; }

    public static ExecWatch Start(LinuxProcess process) => new(process, Read(process));

    public void ThrowIfGone()
    {
        if (!_process.IsAlive())
            throw new TargetGoneException($"Process {_process.Pid} ended while it was being looked at.");
        if (!Read(_process).AsSpan().SequenceEqual(AuxiliaryVector))
            throw new TargetGoneException($"Process {_process.Pid} started another program (execve) while it was being looked at. Run the command again.");
    }

    private static byte[] Read(LinuxProcess process)
    {
        try
        {
            using FileStream file = new($"/proc/{process.Pid}/auxv", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
            byte[] bytes = new byte[MaxBytes];
            int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length == 0)
                throw new TargetGoneException($"Process {process.Pid} has ended.");
            return bytes[..length];
        }
        catch (UnauthorizedAccessException)
        {
            throw new AccessDeniedException(
                $"The kernel does not let this user look into process {process.Pid}.",
                "Run the command with sudo, or as the user that runs the process with CAP_SYS_PTRACE.");
        }
        catch (IOException) when (!process.IsAlive())
        {
            throw new TargetGoneException($"Process {process.Pid} has ended.");
        }
    }
}
