using System.Threading.Channels;

namespace MultiAgentInfra.EmbeddedRuntime.Engine;

/// <summary>The events that wait in memory, by instance; one instance is worked on by one worker at a time.</summary>
internal sealed class InstanceMailboxes
{
    private readonly Dictionary<string, Mailbox> _mailboxes = new(StringComparer.Ordinal);
    private readonly Channel<Mailbox> _ready = Channel.CreateUnbounded<Mailbox>();
    private readonly Lock _gate = new();

    public ChannelReader<Mailbox> Ready => _ready.Reader;

    public void Deliver(PendingEvent pending)
    {
        lock (_gate)
        {
            if (!_mailboxes.TryGetValue(pending.InstanceId, out var mailbox))
                mailbox = _mailboxes[pending.InstanceId] = new Mailbox(pending.InstanceId);
            mailbox.Events.Add(pending);
            if (mailbox.IsTaken)
                return;
            mailbox.IsTaken = true;
            _ready.Writer.TryWrite(mailbox);
        }
    }

    /// <summary>Puts events of an instance that is being worked on before those that have arrived meanwhile.</summary>
    public void DeliverFirst(IReadOnlyList<PendingEvent> events)
    {
        if (events.Count == 0)
            return;
        lock (_gate)
            _mailboxes[events[0].InstanceId].Events.InsertRange(0, events);
    }

    public IReadOnlyList<PendingEvent> Take(Mailbox mailbox)
    {
        lock (_gate)
        {
            PendingEvent[] events = [.. mailbox.Events];
            mailbox.Events.Clear();
            return events;
        }
    }

    /// <summary>Ends the work on an instance; what is put back waits for the next event.</summary>
    public void Release(Mailbox mailbox, IReadOnlyList<PendingEvent> putBack)
    {
        lock (_gate)
        {
            var hasNew = mailbox.Events.Count > 0;
            mailbox.Events.InsertRange(0, putBack);
            mailbox.IsTaken = hasNew;
            if (hasNew)
                _ready.Writer.TryWrite(mailbox);
            else if (putBack.Count == 0)
                _mailboxes.Remove(mailbox.InstanceId);
        }
    }

    /// <summary>Takes the mailbox of one instance out of its turn; null when none of it is ready.</summary>
    public Mailbox? TakeReady(string instanceId)
    {
        Mailbox? found = null;
        for (var left = _ready.Reader.Count; left > 0 && found is null && _ready.Reader.TryRead(out var mailbox); left--)
        {
            if (mailbox.InstanceId == instanceId)
                found = mailbox;
            else
                _ready.Writer.TryWrite(mailbox);
        }

        return found;
    }

    public void Close() => _ready.Writer.TryComplete();

    internal sealed class Mailbox(string instanceId)
    {
        public string InstanceId => instanceId;

        public List<PendingEvent> Events { get; } = [];

        public bool IsTaken { get; set; }
    }
}
