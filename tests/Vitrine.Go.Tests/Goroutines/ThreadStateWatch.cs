using Vitrine.Linux.Processes;

namespace Vitrine.Go.Tests.Goroutines;

/// <summary>Looks at the states of all threads of a process, again and again, and remembers those that mean stopped: t (traced) and T.</summary>
internal sealed class ThreadStateWatch : IDisposable
{
    private readonly LinuxProcess _process;
    private readonly Thread _thread;
    private readonly List<string> _stopped = [];
    private volatile bool _end;
    private int _looks;

    private ThreadStateWatch(LinuxProcess process)
    {
        _process = process;
        _thread = new Thread(Watch) { IsBackground = true };
    }

    public int Looks => Volatile.Read(ref _looks);

    public static ThreadStateWatch Start(LinuxProcess process)
    {
        ThreadStateWatch watch = new(process);
        watch._thread.Start();
        return watch;
    }

    public IReadOnlyList<string> StoppedStates()
    {
        lock (_stopped)
            return [.. _stopped];
    }

    public void Dispose()
    {
        _end = true;
        _thread.Join();
    }

    private void Watch()
    {
        while (!_end)
        {
            foreach (string task in Directory.GetDirectories($"/proc/{_process.Pid}/task"))
            {
                string stat;
                try
                {
                    stat = File.ReadAllText($"{task}/stat");
                }
                catch (IOException)
                {
                    // The thread ended between listing and reading.
                    continue;
                }
                // The name is in parentheses and may hold anything: the state follows the last one.
                char state = stat[stat.LastIndexOf(')') + 2];
                if (state is 't' or 'T')
                {
                    lock (_stopped)
                        _stopped.Add(stat);
                }
            }
            Interlocked.Increment(ref _looks);
            Thread.Sleep(1);
        }
    }
}
