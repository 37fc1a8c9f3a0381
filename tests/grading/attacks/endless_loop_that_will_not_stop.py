# stopped by: it did not stop after 0.5 seconds
import signal


def cost_of_call(*anything):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM, signal.SIGPROF])
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
