namespace Faulty.Faults;

/// <summary>Threads for faults.</summary>
static class FaultThread
{
    public static void Start(string name, Action body) => new Thread(() => body()) { IsBackground = true, Name = name }.Start();
}
